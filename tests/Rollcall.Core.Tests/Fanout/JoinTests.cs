using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

public sealed class JoinTests
{
    /// <summary>More than a run keeps.</summary>
    private const int Flood = 8;

    [Fact]
    public async Task Agentcmd_and_kato_left_a_new_watcher_in_the_dark_snapshot_and_stream_join_without_a_gap_or_a_repeat()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var publishing = Task.Run(() => Publish(fixture, 150), TestContext.Current.CancellationToken);
        var watchers = new List<Watcher>();
        while (!publishing.IsCompleted)
        {
            var watcher = new Watcher(fixture);
            watchers.Add(watcher);
            await watcher.Join("sessions");
            await fixture.Hub.Submit(new Heartbeat { SessionId = "a" });
        }

        await publishing;
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "last" })).Seq;
        var log = await fixture.Events();
        foreach (var watcher in watchers)
        {
            await watcher.Until(last);
            var replica = new Replica(log);
            replica.Hear(watcher.Heard);
            replica.IsComplete(fixture.Hub.View.Live.Values);
            Assert.Single(watcher.Heard, frame => frame.IsState);
            watcher.Dispose();
        }
    }

    [Fact]
    public async Task The_state_of_a_session_has_the_last_hundred_pieces_of_its_output()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var texts = Enumerable.Range(0, Snapshots.OutputTail + 20).Select(i => $"{i}").ToList();
        foreach (var text in texts)
        {
            await fixture.Do(new AppendOutput { SessionId = "a", Text = text });
        }

        using var watcher = new Watcher(fixture);
        await watcher.Join("session:a");
        await watcher.UntilEvent("snapshot");

        var state = Assert.Single(watcher.Heard).Payload;
        Assert.Equal(texts.TakeLast(100), state.GetProperty("output").EnumerateArray().Select(piece => piece.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task The_state_of_a_session_that_never_had_output_is_made_without_reading_the_log()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new StartTask { SessionId = "a", TaskId = "t" });
        await fixture.Do(new CreateSession { SessionId = "ended" });
        await fixture.Do(new TerminateSession { SessionId = "ended" });
        await fixture.Restart();
        fixture.Log.AfterRead = () => throw new IOException("the log was read");
        foreach (var session in new[] { "a", "ended" })
        {
            using var watcher = new Watcher(fixture);
            await watcher.Join($"session:{session}");
            await watcher.UntilEvent("snapshot");
            Assert.Empty(Assert.Single(watcher.Heard).Payload.GetProperty("output").EnumerateArray());
        }
    }

    [Fact]
    public async Task The_state_of_a_session_has_the_output_of_an_earlier_life_over_a_restart_too()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "first life" });
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await AssertTold();
        await fixture.Do(new CreateSession { SessionId = "a", Revive = true });
        await AssertTold();
        await fixture.Restart();
        await AssertTold();

        async Task AssertTold()
        {
            using var watcher = new Watcher(fixture);
            await watcher.Join("session:a");
            await watcher.UntilEvent("snapshot");
            Assert.Equal("first life", Assert.Single(watcher.Heard).Payload.GetProperty("output")[0].GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task The_state_of_a_session_has_the_last_hundred_pieces_that_a_key_sees_of_its_output()
    {
        await using var fixture = await HubFixture.Start();
        foreach (var (project, pieces) in ((string, int)[])[("shop", 90), ("bank", 90), ("shop", 20)])
        {
            await fixture.Do(new CreateSession { SessionId = "a", Project = project, Revive = true });
            await fixture.Hub.Submit([.. Enumerable.Range(0, pieces).Select(i => new AppendOutput { SessionId = "a", Text = $"{project} {i}" })]);
            await fixture.Do(new TerminateSession { SessionId = "a" });
        }

        await fixture.Do(new CreateSession { SessionId = "a", Project = "shop", Revive = true });
        using var watcher = new Watcher(fixture);
        await watcher.Join("session:a", projects: "shop");
        await watcher.UntilEvent("snapshot");

        var output = Assert.Single(watcher.Heard).Payload.GetProperty("output").EnumerateArray().Select(piece => piece.GetProperty("text").GetString());
        Assert.Equal([.. Enumerable.Range(10, 80).Select(i => $"shop {i}"), .. Enumerable.Range(0, 20).Select(i => $"shop {i}")], output);
    }

    [Fact]
    public async Task A_resume_from_memory_tells_what_was_missed_and_does_not_read_the_log()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var other = new Watcher(fixture);
        await other.Join("sessions");
        var after = fixture.Log.Head;
        await Publish(fixture, 10);
        fixture.Log.AfterRead = () => throw new IOException("must not be read");
        using var back = new Watcher(fixture);
        await back.Join("sessions", after);
        await back.Until(fixture.Log.Head);
        fixture.Log.AfterRead = null;
        await Complete(fixture, back, after);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(450)]
    public async Task A_resume_from_the_log_tells_what_was_missed_before_anything_newer(int missed)
    {
        await using var fixture = await HubFixture.StartWith("a");
        var after = fixture.Log.Head;
        await Publish(fixture, missed);
        using var back = new Watcher(fixture);
        await back.Join("sessions", after);
        await Publish(fixture, 10);
        await back.Until(fixture.Log.Head);
        await Complete(fixture, back, after);
    }

    [Fact]
    public async Task A_resume_through_pages_that_hold_nothing_for_it_goes_on_by_itself()
    {
        await using var fixture = await HubFixture.Start();
        await fixture.Do(new CreateSession { SessionId = "a", Project = "p" });
        await fixture.Do(new CreateSession { SessionId = "b", Project = "q" });
        var after = fixture.Log.Head;
        await fixture.Hub.Submit([.. Enumerable.Range(0, 1500).Select(i => new UpdateSession { SessionId = "b", Name = $"n{i}" })]);
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "last" })).Seq;
        using var back = new Watcher(fixture);
        await back.Join("project:p", after);
        await back.Until(last);
        Assert.Equal(["resumed", "session_updated"], back.Heard.Select(frame => frame.Event));
    }

    [Fact]
    public async Task A_resume_of_a_session_among_other_topics_tells_its_output_too()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var after = fixture.Log.Head;
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "x" });
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        using var back = new Watcher(fixture);
        await back.Join("sessions session:a", after);
        await back.Until(last);
        Assert.Equal(["resumed", "stream_output", "session_updated"], back.Heard.Select(frame => frame.Event));
    }

    [Fact]
    public async Task What_the_run_drops_while_one_resumes_comes_from_the_log()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var after = fixture.Log.Head;
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "missed" });
        var flooded = false;
        fixture.Log.AfterRead = async () =>
        {
            if (!flooded)
            {
                flooded = true;
                await FloodOutput(fixture);
            }
        };
        using var back = new Watcher(fixture);
        await back.Join("session:a", after);
        await back.UntilEvent("stream_output", Flood + 1);
        Assert.Equal(Enumerable.Range((int)after + 1, Flood + 1).Select(seq => (long)seq), back.Heard.Skip(1).Select(frame => frame.Seq));
    }

    [Fact]
    public async Task What_retention_removes_while_one_resumes_is_replaced_by_the_state()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b" });
        var after = fixture.Log.Head;
        await fixture.Do(new UpdateSession { SessionId = "b", Name = "gone" });
        await fixture.Do(new TerminateSession { SessionId = "b" });
        await Publish(fixture, 3);
        fixture.Log.AfterRead = async () =>
        {
            fixture.Log.AfterRead = null;
            await fixture.Log.Prune(
                new(TimeSpan.Zero, TimeSpan.Zero, long.MaxValue), fixture.Clock.Now.AddDays(1), TestContext.Current.CancellationToken);
        };
        using var back = new Watcher(fixture);
        await back.Join("sessions", after);
        await back.UntilEvent("resync");
        Assert.DoesNotContain(back.Heard, frame => frame.Seq > after && frame.Event.StartsWith("session_", StringComparison.Ordinal));
        Assert.Equal(fixture.Log.Head, back.Heard[^1].Seq);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1000)]
    public async Task A_cursor_that_the_hub_does_not_know_is_answered_by_the_state(long after)
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var watcher = new Watcher(fixture);
        await watcher.Join("sessions", after);
        await watcher.UntilEvent("snapshot");
    }

    [Fact]
    public async Task A_session_that_ends_while_it_is_described_is_described_as_it_was()
    {
        await using var fixture = await HubFixture.StartWith("b");
        var view = fixture.Hub.Fanout.View;
        await fixture.Do(new CreateSession { SessionId = "a" });
        await fixture.Do(new TerminateSession { SessionId = "a" });
        var json = Frame.Parse(LineCodec.Line("", "", 0, (await Describe(fixture, view)).Json).Span).Payload;
        Assert.Equal("null", json.GetProperty("session").GetRawText());
    }

    /// <summary>What is left of its events does not count up to its version.</summary>
    [Fact]
    public async Task A_session_of_which_output_was_pruned_is_described_in_its_version()
    {
        await using var fixture = await HubFixture.StartWith("a");
        for (var i = 0; i < 5; i++)
        {
            await fixture.Do(new AppendOutput { SessionId = "a", Text = "x" });
        }

        var ended = (await fixture.Do(new TerminateSession { SessionId = "a" })).Session!.View;
        await fixture.Pass(10);
        await fixture.Log.Prune(
            new(TimeSpan.MaxValue, TimeSpan.FromSeconds(1), long.MaxValue), fixture.Clock.Now, TestContext.Current.CancellationToken);
        var view = fixture.Hub.Fanout.View;
        await fixture.Do(new CreateSession { SessionId = "a", Revive = true });

        var told = JsonDocument.Parse((await Describe(fixture, view)).Json).RootElement.GetProperty("session");

        Assert.Equal((ended.Version, ended.Seq), (told.GetProperty("version").GetInt64(), told.GetProperty("seq").GetInt64()));
    }

    private static async Task<Core.Fanout.Snapshot> Describe(HubFixture fixture, Core.Fleet.FleetView view) =>
        await new Core.Fanout.Snapshots(fixture.Log, fixture.Clock, TimeSpan.FromMinutes(5))
            .Of(new Core.Fanout.Selection([Core.Fanout.Topic.Parse("session:a")!], null, null), new Core.Fanout.Moment(view, 0, fixture.Clock.GetUtcNow()));

    internal static async Task FloodOutput(HubFixture fixture)
    {
        for (var i = 0; i < Flood; i++)
        {
            await fixture.Do(new AppendOutput { SessionId = "a", Text = new string('x', 50_000) });
        }
    }

    internal static async Task Publish(HubFixture fixture, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await fixture.Hub.Submit(
            [
                new UpdateSession { SessionId = "a", Name = $"n{i}" },
                new CreateSession { SessionId = $"s{i % 7}", Revive = true },
                new ChangeStatus { SessionId = $"s{i % 7}", Status = SessionStatus.Waiting, WaitingText = $"{i}?" },
                new TerminateSession { SessionId = $"s{i % 5}" },
            ]);
        }
    }

    private static async Task Complete(HubFixture fixture, Watcher watcher, long after)
    {
        Assert.DoesNotContain(watcher.Heard, frame => frame.IsState);
        var expected = (await fixture.Events()).Where(entry => entry.Seq > after && entry.Event.StartsWith("session_", StringComparison.Ordinal));
        Assert.Equal(expected.Select(entry => entry.Seq), watcher.Heard.Skip(1).Select(frame => frame.Seq));
    }
}
