using FsCheck;
using FsCheck.Fluent;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

/// <summary>The number of live sessions of each project is told on its own, beside that of all.</summary>
public sealed class ProjectCountsTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Each_project_that_changed_is_told_its_own_net_change()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        await Begin(rig, "p", "a", "b");
        await Begin(rig, "q", "c");
        await Begin(rig, null, "d");
        rig.Clock.Advance(Window);

        Assert.Equal(
            [(null, "session_created", 4, 0, 4, 4, 0, null), ("p", "session_created", 2, 0, 2, 2, 0, null), ("q", "session_created", 1, 0, 1, 1, 0, null)],
            Told(rig));
        Assert.All(rig.Told.Cast<SessionCountChanged>(), told => Assert.Equal("rollcall", told.Source));

        rig.Told.Clear();
        rig.Clock.Advance(TimeSpan.FromSeconds(2) - Window);
        await rig.End("c");
        await Begin(rig, "p", "e");
        rig.Clock.Advance(Window);
        Assert.Equal([("p", "session_created", 3, 2, 1, 1, 0, 2.0), ("q", "session_destroyed", 0, 1, 1, 0, 1, 2.0)], Told(rig));
    }

    [Fact]
    public async Task A_life_in_another_project_counts_there_also_within_one_batch()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        await Begin(rig, "p", "a", "b");
        rig.Clock.Advance(Window);
        rig.Told.Clear();
        await rig.Do(
            new TerminateSession { SessionId = "a" },
            new CreateSession { SessionId = "a", Project = "q", Revive = true },
            new CreateSession { SessionId = "n", Project = "q" },
            new TerminateSession { SessionId = "n" });
        rig.Clock.Advance(Window);
        Assert.Equal([("p", "session_destroyed", 1, 2, 1, 0, 1, 0.1), ("q", "session_created", 1, 0, 1, 2, 1, null)], Told(rig));
    }

    [Fact]
    public async Task Restored_sessions_are_no_news_and_count()
    {
        await using var rig = await FleetRig.Start();
        await Begin(rig, "p", "a", "b");
        await rig.Restart();
        using var detector = rig.Detector();
        rig.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(rig.Told);
        await rig.End("a");
        rig.Clock.Advance(Window);
        Assert.Contains(("p", "session_destroyed", 1, 2, 1, 0, 1, null), Told(rig));
    }

    [Fact]
    public async Task With_the_flag_off_nothing_is_told_of_a_project_but_counted_and_a_reset_takes_it_for_granted()
    {
        await using var rig = await FleetRig.Start();
        var flags = Flags.AllOn with { SessionEvents = false };
        using var detector = rig.Detector(() => flags);
        await Begin(rig, "p", "a", "b");
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        flags = Flags.AllOn;
        await Begin(rig, "p", "c");
        detector.Reset();
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(rig.Told);
        await Begin(rig, "p", "d");
        rig.Clock.Advance(Window);
        Assert.Contains(("p", "session_created", 4, 3, 1, 1, 0, null), Told(rig));
    }

    [Fact]
    public void However_sessions_come_and_go_the_counts_of_every_project_are_exact() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte Id, byte Project, bool Begins, byte Wait)[]>(),
            steps => Replay(steps).GetAwaiter().GetResult())
        .Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public async Task A_project_that_is_empty_again_and_again_is_remembered()
    {
        await using var rig = await FleetRig.Start();
        await Begin(rig, "busy", "a");
        var (now, with, without) = (rig.Clock.GetUtcNow(), rig.Hub.View, FleetView.Of(0, [], rig.Hub.View.State));
        var counts = new ProjectCounts(without, now);
        for (var seq = 1; seq < 10_000; seq++)
        {
            counts.Observe([new SessionCreated { Seq = seq, SessionId = "a", Session = with.Live["a"].View }], with with { Seq = seq }, now);
            Assert.Equal(seq == 1, Assert.Single(counts.Close(now)).TimeSinceLastEvent is null);
            counts.Observe([new SessionTerminated { Seq = ++seq, SessionId = "a" }], without with { Seq = seq }, now);
            Assert.Equal(0, Assert.Single(counts.Close(now)).CurrentCount);
        }
    }

    [Fact]
    public void Of_too_many_projects_those_are_kept_that_were_told_last()
    {
        var recent = RecentCounts.None;
        for (var i = 0; i < 5_000; i++)
        {
            recent = recent.With(new SessionCountChanged { EventType = "session_created", Source = "rollcall", Project = $"p{i}", Time = DateTimeOffset.UnixEpoch.AddSeconds(i) });
        }

        Assert.Empty(recent.Of("p0"));
        Assert.Single(recent.Of("p4999"));
        Assert.InRange(Enumerable.Range(0, 5_000).Count(i => !recent.Of($"p{i}").IsEmpty), 2_048, 4_096);
    }

    private static async Task Replay((byte Id, byte Project, bool Begins, byte Wait)[] steps)
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        foreach (var (id, project, begins, wait) in steps)
        {
            var name = $"s{id % 6}";
            await rig.Hub.Submit(begins
                ? new CreateSession { SessionId = name, Project = project % 4 == 0 ? null : $"p{project % 4}", Revive = true }
                : new TerminateSession { SessionId = name });
            rig.Clock.Advance(TimeSpan.FromMilliseconds(wait));
        }

        rig.Clock.Advance(Window);
        foreach (var told in rig.Told.Cast<SessionCountChanged>().Where(told => told.Project is not null).GroupBy(told => told.Project))
        {
            var count = 0L;
            foreach (var one in told)
            {
                Assert.Equal((count, one.Created - one.Destroyed), (one.PreviousCount, one.CurrentCount - count));
                count = one.CurrentCount;
            }

            Assert.Equal(rig.Hub.View.Live.Values.Count(session => session.View.Project == told.Key), count);
        }
    }

    private static Task Begin(FleetRig rig, string? project, params string[] ids) =>
        rig.Do([.. ids.Select(id => new CreateSession { SessionId = id, Project = project })]);

    private static IEnumerable<(string? Project, string Type, long Now, long Before, long Delta, long? Created, long? Destroyed, double? Since)> Told(FleetRig rig) =>
        rig.Told.Cast<SessionCountChanged>()
            .Select(told => (told.Project, told.EventType, told.CurrentCount, told.PreviousCount, told.Delta, told.Created, told.Destroyed, told.TimeSinceLastEvent))
            .OrderBy(told => told.Project, StringComparer.Ordinal);
}
