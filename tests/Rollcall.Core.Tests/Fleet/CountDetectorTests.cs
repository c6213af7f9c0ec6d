using FsCheck;
using FsCheck.Fluent;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

public sealed class CountDetectorTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_new_session_is_told_once_100_ms_after_it_began()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        await rig.Create("a");
        rig.Clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Empty(rig.Told);
        rig.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var told = Assert.Single(Events(rig));
        Assert.Equal(("session_created", 1, 0, 1, 1, 0, null, "rollcall"), (told.EventType, told.CurrentCount, told.PreviousCount, told.Delta, told.Created, told.Destroyed, told.TimeSinceLastEvent, told.Source));
        rig.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(rig.Told);
    }

    [Fact]
    public async Task The_delta_has_no_sign_which_the_dashboard_of_old_got_wrong()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        await rig.Create("a", "b", "c");
        rig.Clock.Advance(TimeSpan.FromSeconds(2));
        await rig.End("a", "b");
        rig.Clock.Advance(Window);
        var told = Events(rig)[^1];
        Assert.Equal(("session_destroyed", 1, 3, 2, 0, 2), (told.EventType, told.CurrentCount, told.PreviousCount, told.Delta, told.Created, told.Destroyed));
        Assert.Equal(2, told.TimeSinceLastEvent!.Value, 3);
    }

    [Fact]
    public async Task A_burst_is_one_event_with_the_net_change_and_both_sides()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        await rig.Create("a", "b", "c");
        rig.Clock.Advance(TimeSpan.FromMilliseconds(60));
        await rig.End("b");
        rig.Clock.Advance(Window);
        var told = Assert.Single(Events(rig));
        Assert.Equal(("session_created", 2, 0, 2, 3, 1), (told.EventType, told.CurrentCount, told.PreviousCount, told.Delta, told.Created, told.Destroyed));
    }

    [Fact]
    public async Task What_comes_and_goes_within_one_window_is_no_event()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        await rig.Create("a");
        await rig.End("a");
        rig.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(rig.Told);
    }

    [Fact]
    public async Task No_false_event_at_the_start_nor_for_sessions_restored_from_disk()
    {
        await using var rig = await FleetRig.Start();
        await rig.Create("a", "b");
        await rig.Restart();
        using var detector = rig.Detector();
        rig.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(rig.Told);
        await rig.End("a");
        rig.Clock.Advance(Window);
        Assert.Equal((2, 1), (Events(rig)[0].PreviousCount, Events(rig)[0].CurrentCount));
    }

    [Fact]
    public async Task A_net_change_above_10_within_one_window_is_reported_and_one_of_10_is_not()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        var surges = new List<SessionCountChanged>();
        detector.Surged += surges.Add;
        await rig.Create(Enumerable.Range(0, 10).Select(i => $"a{i}"));
        rig.Clock.Advance(Window);
        Assert.Empty(surges);
        await rig.Create(Enumerable.Range(0, 11).Select(i => $"b{i}"));
        rig.Clock.Advance(Window);
        Assert.Equal(11, Assert.Single(surges).Delta);
    }

    [Fact]
    public async Task With_the_flag_off_nothing_is_told_but_counted_so_that_switching_on_invents_nothing()
    {
        await using var rig = await FleetRig.Start();
        var flags = Flags.AllOn with { SessionEvents = false };
        using var detector = rig.Detector(() => flags);
        await rig.Create("a", "b", "c");
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        flags = Flags.AllOn;
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(rig.Told);
        Assert.Equal(3, detector.Sources[0].Current);
        await rig.Create("d");
        flags = flags with { SessionEvents = false };
        rig.Clock.Advance(Window);
        Assert.Empty(rig.Told);
        flags = Flags.AllOn;
        await rig.Create("e");
        rig.Clock.Advance(Window);
        Assert.Equal((4, 5), (Assert.Single(Events(rig)).PreviousCount, Events(rig)[0].CurrentCount));
    }

    [Fact]
    public async Task A_failed_count_is_never_read_as_0()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        detector.Counted("kato", 7);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        detector.Failed("kato", "HTTP 500");
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        detector.Counted("kato", 7);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(rig.Told);
        Assert.Equal((7, 1), (detector.Sources[1].Current, detector.Sources[1].Failures));
    }

    [Fact]
    public async Task The_first_count_of_an_outside_source_is_only_the_baseline_also_after_failures_at_the_start()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        detector.Failed("kato", "connection refused");
        detector.Failed("kato", "connection refused");
        detector.Counted("kato", 40);
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(rig.Told);
        detector.Counted("kato", 38);
        rig.Clock.Advance(Window);
        var told = Assert.Single(Events(rig));
        Assert.Equal(("session_destroyed", 38, 40, 2, null, null, "kato"), (told.EventType, told.CurrentCount, told.PreviousCount, told.Delta, told.Created, told.Destroyed, told.Source));
    }

    [Fact]
    public async Task A_reset_forgets_what_was_told_and_tells_nothing()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        await rig.Create("a");
        rig.Clock.Advance(Window);
        await rig.Create("b");
        detector.Reset();
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(rig.Told);
        var own = Assert.Single(detector.Sources);
        Assert.Equal((2, 2, null, 0), (own.Current, own.Baseline, own.LastEventAt, own.History.Count));
        await rig.Create("c");
        rig.Clock.Advance(Window);
        Assert.Equal((2, 3, null), (Events(rig)[^1].PreviousCount, Events(rig)[^1].CurrentCount, Events(rig)[^1].TimeSinceLastEvent));
    }

    [Fact]
    public async Task A_second_life_of_a_session_counts_again()
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        await rig.Create("a");
        await rig.End("a");
        await rig.Do(new CreateSession { SessionId = "a", Revive = true });
        rig.Clock.Advance(Window);
        var told = Assert.Single(Events(rig));
        Assert.Equal((1, 2, 1), (told.CurrentCount, told.Created, told.Destroyed));
    }

    [Fact]
    public void However_sessions_come_and_go_the_counts_are_exact_and_the_deltas_sum_up() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte Id, bool Begins, byte Wait)[]>(),
            steps => Replay(steps).GetAwaiter().GetResult())
        .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    private static async Task Replay((byte Id, bool Begins, byte Wait)[] steps)
    {
        await using var rig = await FleetRig.Start();
        using var detector = rig.Detector();
        foreach (var (id, begins, wait) in steps)
        {
            var name = $"s{id % 5}";
            await rig.Hub.Submit(begins ? new CreateSession { SessionId = name, Revive = true } : new TerminateSession { SessionId = name });
            Assert.Equal(rig.Hub.View.Live.Count, detector.Sources[0].Current);
            rig.Clock.Advance(TimeSpan.FromMilliseconds(wait));
        }

        rig.Clock.Advance(Window);
        var sum = 0L;
        foreach (var told in Events(rig))
        {
            Assert.Equal(sum, told.PreviousCount);
            Assert.True(told.Delta > 0);
            Assert.Equal(told.CurrentCount - told.PreviousCount, told.Created - told.Destroyed);
            sum += told.EventType == "session_created" ? told.Delta : -told.Delta;
            Assert.Equal(sum, told.CurrentCount);
        }

        Assert.Equal(rig.Hub.View.Live.Count, sum);
    }

    private static List<SessionCountChanged> Events(FleetRig rig) => [.. rig.Told.Cast<SessionCountChanged>()];
}
