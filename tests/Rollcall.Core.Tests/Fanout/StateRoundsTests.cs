using System.Diagnostics;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>The states of a fleet are made in rounds, and those rest: however many ask, one after the other, a part of the time goes into them.</summary>
public sealed class StateRoundsTests
{
    /// <summary>What a round takes here, at least.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(40);

    /// <summary>A slow machine makes fewer rounds in the time, never more.</summary>
    [Fact]
    public async Task Who_asks_again_and_again_takes_a_part_of_the_time()
    {
        await using var fixture = await HubFixture.Start();
        using var watcher = new Watcher(fixture);
        var subscription = fixture.Hub.Fanout.Attach(watcher.Outlet, new Selection([Topic.Parse("sessions")!], null, null), LineCodec.Shared, null, null).Subscription;
        var made = 0;
        var rounds = new StateRounds(async round =>
        {
            made++;
            await Task.Delay(Round, TimeProvider.System, TestContext.Current.CancellationToken);
            round.ToList().ForEach(waiting => waiting.Told.SetResult(new Moment(fixture.Hub.View, 0, DateTimeOffset.UnixEpoch)));
        });

        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10; i++)
        {
            await rounds.Begin(subscription, isNew: true);
        }

        // Four times what the first nine took, but for the tenth of a second that is not rested from, they rested before the last began.
        Assert.Equal(10, made);
        Assert.InRange(Stopwatch.GetElapsedTime(began), ((9 * Round) - TimeSpan.FromSeconds(0.1)) * 4, TimeSpan.MaxValue);
    }
}
