using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

public sealed class AggregateTickerTests
{
    private static readonly string[] SevenFields =
        ["duration_seconds", "total_tokens", "input_tokens", "output_tokens", "estimated_cost_usd", "tasks_running", "is_paused"];

    [Fact]
    public async Task An_update_has_exactly_the_seven_fields_beside_seq_and_time_and_total_is_input_and_output()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Create("a");
        await rig.Do(new ReportUsage { SessionId = "a", InputTokens = 700, OutputTokens = 41, CacheReadTokens = 600, CostUsd = 0.25m });
        var payload = JsonDocument.Parse(EventNames.Payload(Assert.Single(rig.Told))).RootElement;
        Assert.Equal(SevenFields.Append("seq").Append("time").Order(), payload.EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal((700, 41, 741), (payload.GetProperty("input_tokens").GetInt64(), payload.GetProperty("output_tokens").GetInt64(), payload.GetProperty("total_tokens").GetInt64()));
        Assert.Equal(0.25m, payload.GetProperty("estimated_cost_usd").GetDecimal());
    }

    [Fact]
    public async Task Start_completion_pause_and_resume_are_told_at_once()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Create("a");
        Command[] changes =
        [
            new StartTask { SessionId = "a", TaskId = "t" },
            new PauseSession { SessionId = "a" },
            new ResumeSession { SessionId = "a" },
            new CompleteTask { SessionId = "a", TaskId = "t" },
            new PauseSession { SessionId = "a" },
        ];
        foreach (var change in changes)
        {
            rig.Clock.Advance(TimeSpan.FromSeconds(1));
            await rig.Do(change);
        }

        Assert.Equal([(1, false), (1, true), (1, false), (0, false), (0, false)], Updates(rig).Select(told => (told.TasksRunning, told.IsPaused)));
    }

    /// <summary>Who joins is shown the hub's view before the ticker has heard of it.</summary>
    [Fact]
    public async Task What_is_told_is_never_older_than_what_who_joins_is_shown()
    {
        await using var rig = await FleetRig.Start();
        await rig.Create("a");
        await rig.Do(new StartTask { SessionId = "a", TaskId = "t" });
        using var ticker = rig.Ticker(observes: false);
        await rig.Do(new StartTask { SessionId = "a", TaskId = "u" });
        rig.Clock.Advance(new FleetOptions().Heartbeat);
        Assert.Equal(2, Updates(rig)[^1].TasksRunning);
    }

    [Fact]
    public async Task The_fleets_own_pause_is_told_at_once_which_the_first_of_the_four_never_did()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Hub.Record(new FleetPaused());
        Assert.True(Assert.Single(Updates(rig)).IsPaused);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.Hub.Record(new FleetResumed());
        Assert.False(Updates(rig)[^1].IsPaused);
    }

    [Fact]
    public async Task Of_a_burst_the_first_is_told_at_once_the_rest_every_50_ms_and_the_last_state_always()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Create("a");
        for (var i = 0; i < 10; i++)
        {
            await rig.StartTask("a", $"t{i}");
            rig.Clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(1, Updates(rig)[0].TasksRunning);
        Assert.Equal(3, rig.Told.Count);
        rig.Clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(10, Updates(rig)[^1].TasksRunning);
        Assert.All(Updates(rig).Zip(Updates(rig).Skip(1)), pair => Assert.True(pair.Second.Time - pair.First.Time >= TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    public async Task While_a_task_runs_it_is_told_every_10_s_and_with_none_never()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Create("a");
        rig.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(rig.Told);
        await rig.StartTask("a", "t");
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(31, rig.Told.Count);
        Assert.All(Updates(rig).Zip(Updates(rig).Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(10), pair.Second.Time - pair.First.Time));
        await rig.CompleteTask("a", "t");
        Assert.Equal(32, rig.Told.Count);
        rig.Clock.Advance(TimeSpan.FromHours(6));
        Assert.Equal(32, rig.Told.Count);
    }

    [Fact]
    public async Task Cancelling_the_first_task_never_stops_the_heartbeat_while_another_runs()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Create("a", "b");
        await rig.StartTask("a", "first");
        await rig.StartTask("b", "second");
        await rig.CompleteTask("a", "first", TaskOutcome.Cancelled);
        await rig.End("a");
        rig.Clock.Advance(TimeSpan.FromMilliseconds(50));
        var before = rig.Told.Count;
        rig.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(before + 6, rig.Told.Count);
        Assert.All(Updates(rig).Skip(before), told => Assert.Equal(1, told.TasksRunning));
    }

    [Fact]
    public async Task The_end_of_a_session_that_had_a_task_is_told_and_ends_the_heartbeat()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Create("a");
        await rig.StartTask("a", "t");
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.End("a");
        Assert.Equal(0, Updates(rig)[^1].TasksRunning);
        var told = rig.Told.Count;
        rig.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(told, rig.Told.Count);
    }

    [Fact]
    public async Task A_task_restored_from_disk_beats_without_any_command()
    {
        await using var rig = await FleetRig.Start();
        await rig.Create("a");
        await rig.StartTask("a", "t");
        await rig.Restart();
        using var ticker = rig.Ticker();
        rig.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(2, rig.Told.Count);
    }

    [Fact]
    public async Task With_nobody_listening_nothing_is_made_and_whoever_comes_hears_the_next_heartbeat()
    {
        await using var rig = await FleetRig.Start();
        var heard = false;
        using var ticker = rig.Ticker(() => heard);
        await rig.Create("a");
        await rig.StartTask("a", "t");
        rig.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(rig.Told);
        heard = true;
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(rig.Told);
    }

    [Fact]
    public async Task Snapshot_and_update_agree_field_by_field()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Create("a");
        rig.Clock.Advance(TimeSpan.FromSeconds(95));
        await rig.Do(
            new ReportUsage { SessionId = "a", InputTokens = 12, OutputTokens = 3, CostUsd = 0.000001m },
            new StartTask { SessionId = "a", TaskId = "t" },
            new PauseSession { SessionId = "a" });
        var snapshots = new Snapshots(rig.Log, rig.Clock, rig.Options.WorkPeriodGap);
        var snapshot = await snapshots.Of(new Selection([Topic.Parse("metrics")!], null, null), new Moment(rig.Hub.View, 0, rig.Clock.GetUtcNow()));
        var joined = JsonDocument.Parse(snapshot.Json).RootElement;
        var update = JsonDocument.Parse(EventNames.Payload(rig.Told[^1])).RootElement;
        Assert.Equal(SevenFields.Order(), joined.EnumerateObject().Select(field => field.Name).Order());
        Assert.All(SevenFields, field => Assert.Equal(update.GetProperty(field).GetRawText(), joined.GetProperty(field).GetRawText()));
    }

    [Fact]
    public async Task A_work_period_begins_after_30_idle_minutes_and_its_duration_does_not_count_them()
    {
        await using var rig = await FleetRig.Start();
        using var ticker = rig.Ticker();
        await rig.Create("a");
        await rig.Do(new StartTask { SessionId = "a", TaskId = "t" }, new ReportUsage { SessionId = "a", InputTokens = 5 });
        rig.Clock.Advance(TimeSpan.FromMinutes(2));
        await rig.CompleteTask("a", "t");
        rig.Clock.Advance(TimeSpan.FromMinutes(29));
        await rig.StartTask("a", "same period");
        Assert.Equal((31 * 60, 5), (Updates(rig)[^1].DurationSeconds, Updates(rig)[^1].InputTokens));
        await rig.CompleteTask("a", "same period");
        rig.Clock.Advance(TimeSpan.FromHours(3));
        await rig.StartTask("a", "next period");
        Assert.Equal((0, 0), (Updates(rig)[^1].DurationSeconds, Updates(rig)[^1].InputTokens));
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(10, Updates(rig)[^1].DurationSeconds);
    }

    private static List<SessionUpdate> Updates(FleetRig rig) => [.. rig.Told.Cast<SessionUpdate>()];
}
