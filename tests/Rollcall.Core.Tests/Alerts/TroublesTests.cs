using Rollcall.Core.Alerts;
using Rollcall.Core.Tests.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Alerts;

public sealed class TroublesTests
{
    private static readonly SessionStatus[] Statuses = [SessionStatus.Active, SessionStatus.Idle, SessionStatus.Waiting, SessionStatus.Error];

    [Fact]
    public async Task What_is_kept_of_troubles_is_what_looking_through_all_sessions_finds()
    {
        await using var rig = await FleetRig.Start();
        var troubles = new Troubles(rig.Hub.View);
        rig.Hub.Applied += troubles.Observe;
        var random = new Random(4711);
        var most = 0;
        for (var round = 0; round < 100; round++)
        {
            await rig.Hub.Submit([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Some(random))]);
            rig.Clock.Advance(TimeSpan.FromSeconds(1));
            var fresh = new Troubles(rig.Hub.View);
            Assert.Equal(fresh.Count, troubles.Count);
            most = Math.Max(most, troubles.Count);
            Assert.All(
                [AlertKind.SessionWaiting, AlertKind.SessionFailing],
                kind => Assert.Equal(All(fresh, kind), All(troubles, kind)));
        }

        Assert.InRange(most, 5, 20);
    }

    private static IReadOnlyList<(string Id, DateTimeOffset Since)> All(Troubles troubles, AlertKind kind) =>
        troubles.Since(kind, DateTimeOffset.MaxValue, 100, static _ => true);

    private static Command Some(Random random)
    {
        var id = $"s{random.Next(20)}";
        return random.Next(12) switch
        {
            < 3 => new CreateSession { SessionId = id },
            3 => new TerminateSession { SessionId = id },
            _ => new ChangeStatus { SessionId = id, Status = Statuses[random.Next(Statuses.Length)] },
        };
    }
}
