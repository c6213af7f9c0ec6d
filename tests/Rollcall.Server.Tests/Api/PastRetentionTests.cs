using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests.Hub;
using Rollcall.Core.Tests.Log;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Tests.Api;

/// <summary>The fleet as it was, where retention has removed a part of it: what it was, or refused.</summary>
public sealed class PastRetentionTests : IAsyncDisposable
{
    private readonly LivedLog _lived = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _lived.DisposeAsync();

    [Fact]
    public async Task What_retention_removes_is_refused_and_what_came_after_it_is_still_what_it_was()
    {
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 16);
        for (var turn = 0; turn < 6; turn++)
        {
            await _lived.Live(400);
            foreach (var seq in _lived.RandomMoments(20))
            {
                await _lived.Agrees(past, seq, withPeriod: turn == 0);
            }

            await _lived.Log.Prune(new Retention(TimeSpan.FromMinutes(2), TimeSpan.MaxValue, long.MaxValue), _lived.Clock.Now, Cancel);
            using var fresh = new Past(_lived.Log, LivedLog.Gap, new Moments(0, 40), page: 16);
            foreach (var seq in _lived.RandomMoments(40))
            {
                await _lived.Agrees(past, seq, withPeriod: false);
                await _lived.Agrees(fresh, seq, withPeriod: false);
            }
        }

        Assert.True(_lived.Log.PrunedTo > 400);
    }

    [Fact]
    public async Task Where_retention_removed_output_every_moment_is_what_it_was_or_refused()
    {
        await _lived.Live(800);
        var horizon = _lived.Clock.Now;
        await _lived.Live(400);
        await _lived.Log.Prune(new Retention(TimeSpan.MaxValue, _lived.Clock.Now - horizon, long.MaxValue), _lived.Clock.Now, Cancel);
        Assert.True(_lived.Log.OutputPrunedTo > 700);
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 16);
        var answered = 0;
        foreach (var seq in _lived.RandomMoments(300).Append(_lived.Log.Head))
        {
            if (await past.At(seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel) is { } then)
            {
                var live = _lived.Was[seq].Live.ToDictionary(view => view.Id, view => (view.Version, view.Seq, view.Status));
                Assert.Equal(live, then.Sessions.ToDictionary(view => view.Id, view => (view.Version, view.Seq, view.Status)));
                answered++;
            }
        }

        Assert.InRange(answered, 50, 299);
    }

    [Theory]
    [InlineData(2, 2L)]
    [InlineData(3, null)]
    [InlineData(4, null)]
    [InlineData(5, 5L)]
    [InlineData(6, 5L)]
    [InlineData(8, null)]
    [InlineData(9, 7L)]
    public async Task A_moment_is_refused_only_where_removed_output_was_the_last_of_a_session_that_went_on(long seq, long? version)
    {
        await _lived.Fixture.Create("a");
        await _lived.Fixture.Say("a", "one");
        await _lived.Fixture.Say("a", "two");
        await _lived.Fixture.Do(new PauseSession { SessionId = "a" });
        await _lived.Fixture.Create("b");
        await _lived.Fixture.Say("a", "three");
        await _lived.Fixture.Say("a", "four");
        await _lived.Log.Prune(new Retention(TimeSpan.MaxValue, TimeSpan.Zero, long.MaxValue), _lived.Clock.Now.AddMinutes(1), Cancel);
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 16);

        var then = await past.At(seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);

        Assert.Equal(version, then?.Sessions.Single(session => session.Id == "a").Version);
    }

    [Fact]
    public async Task While_retention_removes_nobody_is_told_of_sessions_that_had_ended()
    {
        await _lived.Live(2_500);
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 100), page: 8);
        var pruning = Task.Run(async () =>
        {
            for (var age = TimeSpan.FromMinutes(30); age > TimeSpan.Zero; age -= TimeSpan.FromSeconds(30))
            {
                await _lived.Log.Prune(new Retention(age, TimeSpan.MaxValue, long.MaxValue), _lived.Clock.Now, Cancel);
            }
        }, Cancel);
        do
        {
            foreach (var seq in _lived.RandomMoments(10))
            {
                await _lived.Agrees(past, seq, withPeriod: false);
            }
        }
        while (!pruning.IsCompleted);
        await pruning;
        Assert.True(_lived.Log.PrunedTo > 1_000);
    }
}
