using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

public sealed class ReceiptsTests
{
    private static readonly ReportUsage Usage = new() { SessionId = "a", InputTokens = 5, RequestId = "r1" };

    [Fact]
    public async Task Usage_of_a_request_counts_once_in_one_batch_in_two_and_over_a_restart()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var outcomes = await fixture.Hub.Submit([Usage, Usage, Usage with { RequestId = "r2" }]);
        Assert.Equal([false, true, false], outcomes.Cast<Outcome.Accepted>().Select(outcome => outcome.Repeated));
        Assert.True((await fixture.Do(Usage)).Repeated);
        await fixture.Restart();
        Assert.True((await fixture.Do(Usage)).Repeated);
        Assert.Equal(10, fixture.View("a")!.Usage.InputTokens);
    }

    [Fact]
    public async Task A_request_id_is_its_sessions_own()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b" });
        await fixture.Do(Usage);
        Assert.False((await fixture.Do(Usage with { SessionId = "b" })).Repeated);
    }

    [Fact]
    public async Task A_repeated_request_changes_nothing_in_one_batch_in_two_and_over_a_restart()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var output = new AppendOutput { SessionId = "a", Text = "x" };
        fixture.Log.HoldAppends();
        var first = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        var same = new[] { fixture.Do(output, "k"), fixture.Do(output, "k") };
        fixture.Log.ReleaseAppends();
        await first;
        Assert.Equal([false, true], (await Task.WhenAll(same)).Select(outcome => outcome.Repeated));
        Assert.True((await fixture.Do(output, "k")).Repeated);
        await fixture.Restart();
        Assert.True((await fixture.Do(output, "k")).Repeated);
        Assert.False((await fixture.Do(output, "other")).Repeated);
        Assert.Equal(2, (await fixture.Told("a")).OfType<StreamOutput>().Count());
    }

    [Fact]
    public async Task A_session_that_began_is_said_to_have_begun_and_a_change_to_have_been_one_when_the_request_is_repeated()
    {
        await using var fixture = await HubFixture.Start();
        var create = new CreateSession { SessionId = "new" };
        Assert.True((await fixture.Do(create, "k")).Began);
        await fixture.Restart();
        var again = await fixture.Do(create, "k");
        Assert.Equal((true, true, true), (again.Began, again.Repeated, again.Changed));
        await fixture.Do(create, "changes nothing");
        Assert.False((await fixture.Do(create, "changes nothing")).Changed);
    }

    [Fact]
    public async Task A_refused_request_is_not_taken_for_done_when_it_is_repeated()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var early = new CompleteTask { SessionId = "a", TaskId = "t" };
        Assert.IsType<Outcome.Refused>(await fixture.Hub.Submit(early, "k"));
        Assert.IsType<Outcome.Refused>(await fixture.Hub.Submit(early, "k"));
        await fixture.Do(new StartTask { SessionId = "a", TaskId = "t" });
        Assert.True((await fixture.Do(early, "k")).Changed);
    }

    [Fact]
    public async Task Each_command_of_a_repeated_request_gets_the_same_answer_in_one_batch_in_two_and_over_a_restart()
    {
        await using var fixture = await HubFixture.StartWith("a");
        Command[] commands =
        [
            new StartTask { SessionId = "a", TaskId = "t" }, new CompleteTask { SessionId = "a", TaskId = "never" },
            new Heartbeat { SessionId = "nobody" }, new UpdateSession { SessionId = "a", Name = new string('n', 1000) }, new PauseSession { SessionId = "a" },
        ];
        fixture.Log.HoldAppends();
        var before = fixture.Hub.Submit(new AppendOutput { SessionId = "a", Text = "x" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        var together = new[] { fixture.Hub.Submit(commands, "k").AsTask(), fixture.Hub.Submit(commands, "k").AsTask() };
        fixture.Log.ReleaseAppends();
        await before;
        var answers = await Task.WhenAll(together);
        var first = answers[0];
        Assert.Equal([true, false, false, false, true], first.Select(outcome => outcome is Outcome.Accepted));
        var head = fixture.Log.Head;

        await AssertSame(answers[1]);
        await AssertSame(await fixture.Hub.Submit(commands, "k"));
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "y" });
        await fixture.Restart();
        await AssertSame(await fixture.Hub.Submit(commands, "k"));

        async Task AssertSame(IReadOnlyList<Outcome> again)
        {
            Assert.Equal(first.Select(Said), again.Select(Said));
            Assert.Equal(head, (await fixture.Events()).Last(entry => entry.Event != "stream_output").Seq);
        }

        static string Said(Outcome outcome) => outcome switch
        {
            Outcome.Accepted accepted => $"{accepted.Seq}",
            Outcome.Refused refused => $"{refused.Code} {refused.Message} {refused.Field} {string.Join(',', refused.Errors ?? new Dictionary<string, string>())}",
            _ => "",
        };
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""[{"seq":2}]""")]
    public async Task A_request_of_which_an_earlier_version_kept_less_still_changes_nothing(string? outcomes)
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Log.Append(
            new LogBatch([], [], new Dictionary<string, int?>(), [new Receipt("request/k", null, fixture.Clock.Now, outcomes)], null), TestContext.Current.CancellationToken);

        var again = await fixture.Do(new PauseSession { SessionId = "a" }, "k");
        Assert.Equal((true, false, 2), (again.Repeated, again.Changed, again.Seq));
        Assert.False(fixture.View("a")!.IsPaused);
    }

    /// <summary>What is past its time is removed once an hour, so that it may still be there.</summary>
    [Fact]
    public async Task A_key_that_is_used_again_after_24_hours_is_a_new_request_and_a_request_id_is_not()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(Usage);
        await fixture.Do(new StartTask { SessionId = "a", TaskId = "t1" }, "k");
        fixture.Clock.Advance(TimeSpan.FromHours(24));

        var again = await fixture.Do(new StartTask { SessionId = "a", TaskId = "t2" }, "k");
        Assert.Equal((false, 2), (again.Repeated, fixture.View("a")!.TasksRunning));
        Assert.True((await fixture.Do(Usage)).Repeated);

        fixture.Clock.Advance(TimeSpan.FromHours(23));
        Assert.True((await fixture.Do(new StartTask { SessionId = "a", TaskId = "t2" }, "k")).Repeated);
    }

    [Fact]
    public async Task A_key_of_a_request_is_never_taken_for_one_of_usage()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new PauseSession { SessionId = "a" }, "usage/a/r1");
        Assert.False((await fixture.Do(Usage)).Repeated);
    }

    [Fact]
    public async Task An_ended_session_refuses_reports_also_over_a_restart_and_keeps_its_state()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await fixture.Restart();
        Assert.Equal(ErrorCodes.Conflict, (await fixture.Refused(Usage)).Code);
        Assert.Equal(ErrorCodes.Conflict, (await fixture.Refused(new CreateSession { SessionId = "a" })).Code);
        var again = await fixture.Do(new TerminateSession { SessionId = "a" });
        Assert.Equal((false, SessionStatus.Terminated), (again.Changed, again.Session!.View.Status));
        Assert.Equal(ErrorCodes.NotFound, (await fixture.Refused(new Heartbeat { SessionId = "never" })).Code);
    }

    [Fact]
    public async Task Kato_alerts_were_lost_on_a_reload_the_aggregate_and_the_open_alerts_survive_a_restart()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new StartTask { SessionId = "a", TaskId = "t" });
        await fixture.Do(Usage with { CostUsd = 0.25m });
        await fixture.Hub.Record(new FleetPaused());
        await fixture.Hub.Record(new SystemAlert { Id = "x", Alerts = [new Alert { Type = "high_cpu", Message = "hot", Value = 91 }] });
        await fixture.Hub.Record(new AlertAcknowledged { Id = "x", By = "local" });
        var before = fixture.Hub.View.State.ToJson();
        await fixture.Restart(TimeSpan.FromMinutes(5));
        Assert.Equal(before, fixture.Hub.View.State.ToJson());
        var aggregate = fixture.Hub.View.State.Period.At(fixture.Clock.Now, TimeSpan.FromMinutes(30));
        Assert.Equal((1, 5L, 0.25m, true, 300L), (
            aggregate.TasksRunning, aggregate.TotalTokens, aggregate.EstimatedCostUsd, aggregate.IsPaused, aggregate.DurationSeconds));
        Assert.Equal("local", Assert.Single(fixture.Hub.View.State.OpenAlerts).AcknowledgedBy);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("k")]
    public async Task A_repeated_report_renews_a_lease_and_ends_staleness_like_any_other(string? key)
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 2);
        var tokens = fixture.View("a")!.Usage.InputTokens + Usage.InputTokens;
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(i > 0, (await fixture.Do(Usage, key)).Repeated);
            await fixture.LivesFor("a", 0.5);
        }

        await fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 1000 });
        await fixture.LivesFor("a", 301);
        Assert.True(fixture.View("a")!.Stale);
        var again = await fixture.Do(Usage, key);
        Assert.Equal((true, false, tokens), (again.Repeated, again.Session!.View.Stale, again.Session.View.Usage.InputTokens));
        Assert.False(fixture.View("a")!.Stale);
    }
}
