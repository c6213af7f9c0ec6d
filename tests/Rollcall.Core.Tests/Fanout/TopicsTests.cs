using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

public sealed class TopicsTests
{
    [Fact]
    public async Task Several_topics_on_one_connection_arrive_in_the_order_of_publication()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b", Project = "p" });
        using var watcher = new Watcher(fixture);
        foreach (var topic in new[] { "session:a", "sessions", "session:b", "project:p" })
        {
            await watcher.Join(topic);
        }

        watcher.Stall();
        await fixture.Do(new UpdateSession { SessionId = "b", Name = "first" });
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
            fixture.Hub.Submit(new AppendOutput { SessionId = i % 2 == 0 ? "a" : "b", Text = $"{i}" }).AsTask()));
        var last = (await fixture.Do(new UpdateSession { SessionId = "b", Name = "last" })).Seq;
        watcher.ReadOn();
        await watcher.Until(heard => heard.Count(frame => frame.Seq == last) == 3);
        var told = watcher.Heard.Where(frame => !frame.IsState).Select(frame => frame.Seq).ToList();
        Assert.Equal(told.Order(), told);
        Assert.Equal(60, watcher.Heard.Count(frame => frame.Event == "stream_output"));
    }

    [Fact]
    public async Task Each_event_comes_once_per_topic_and_there_is_no_cross_talk()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b" });
        using var watcher = new Watcher(fixture);
        await watcher.Join("sessions");
        await watcher.Join("session:a");
        using var all = new Watcher(fixture);
        await all.Join("*");
        await fixture.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Idle });
        await fixture.Do(new AppendOutput { SessionId = "b", Text = "x" });
        var last = (await fixture.Do(new ChangeStatus { SessionId = "b", Status = SessionStatus.Idle })).Seq;
        await watcher.Until(last);
        await all.Until(last);
        Assert.Equal(
            ["sessions session_status", "session:a session_status", "sessions session_updated", "session:a session_updated",
                "sessions session_status", "sessions session_updated"],
            watcher.Heard.Where(frame => !frame.IsState).Select(frame => $"{frame.Topic} {frame.Event}"));
        Assert.Equal(4, all.Heard.Count(frame => frame.Topic == "*" && !frame.IsState));
    }

    [Fact]
    public async Task Equal_selections_share_a_run_and_an_event_is_encoded_once_for_each_topic_and_codec()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var (one, other) = (new LineCodec(), new LineCodec());
        var watchers = Enumerable.Range(0, 12).Select(i => new Watcher(fixture, i % 2 == 0 ? one : other)).ToList();
        for (var i = 0; i < watchers.Count; i++)
        {
            await watchers[i].Join("sessions", events: i % 3 == 0 ? null : i % 3 == 1 ? "session_updated session_status" : "session_status session_updated");
        }

        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        await Task.WhenAll(watchers.Select(watcher => watcher.Until(last)));
        Assert.Equal((1, 1), (one.Encoded, other.Encoded));
        watchers.ForEach(watcher => watcher.Dispose());
    }

    [Fact]
    public async Task A_topic_has_so_many_different_filters_and_who_comes_with_another_hears_all_of_it()
    {
        await using var fixture = await HubFixture.StartWith("a");
        string[] names = ["session_created", "session_status", "session_updated", "session_terminated", "session_event", "system_alert", "alert_resolved"];
        using var watcher = new Watcher(fixture);
        var joined = new List<Subscription>();
        for (var filter = 1; filter <= Runs.MostFilters + 20; filter++)
        {
            joined.Add(await watcher.Join("sessions", events: string.Join(' ', names.Where((_, place) => (filter & (1 << place)) != 0))));
        }

        Assert.Equal(Runs.MostFilters + 1, joined.Select(one => one.Run).Distinct().Count());
        Assert.All(joined.Skip(Runs.MostFilters), one => Assert.Null(one.Selection.Events));
        Assert.Equal(["session_created"], (await watcher.Join("sessions", events: names[0])).Selection.Events!);
        Assert.NotNull((await watcher.Join("*", events: names[^1])).Selection.Events);
        Assert.NotNull((await watcher.Join("sessions", events: names[^1], projects: "p")).Selection.Events);

        // One that nobody hears any more makes room for another.
        watcher.Outlet.Stop(joined[1]);
        Assert.NotNull((await watcher.Join("sessions", events: "error")).Selection.Events);
        Assert.Null((await watcher.Join("sessions", events: "task_started")).Selection.Events);
    }

    [Fact]
    public async Task A_protocol_may_say_an_event_in_several_frames_or_in_none()
    {
        await using var fixture = await HubFixture.StartWith("a");
        static int Frames(Publication told) => told.Event switch { "stream_output" => 2, "session_updated" => 0, _ => 1 };
        using var watcher = new Watcher(fixture, new LineCodec { Frames = Frames });
        using var resumed = new Watcher(fixture, new LineCodec { Frames = Frames });
        await watcher.Join("session:a");
        var known = fixture.Hub.View.Seq;
        for (var i = 0; i < 500; i++)
        {
            await fixture.Do(new UpdateSession { SessionId = "a", Name = $"{i}" });
        }

        await fixture.Do(new AppendOutput { SessionId = "a", Text = "x" });
        await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" });
        var last = (await fixture.Do(new AppendOutput { SessionId = "a", Text = "y" })).Seq;
        await resumed.Join("session:a", after: known);
        foreach (var told in new[] { watcher, resumed })
        {
            await told.Until(heard => heard.Count(frame => frame.Event == "stream_output") == 4);
            Assert.Equal([last - 2, last - 2, last, last], told.Heard.Where(frame => frame is { IsState: false, Event: not "resumed" }).Select(frame => frame.Seq));
        }
    }

    [Fact]
    public async Task Kato_a_realtime_update_went_to_whoever_wanted_a_part_a_filter_lets_only_the_named_events_pass()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var watcher = new Watcher(fixture);
        await watcher.Join("sessions", events: "session_status");
        await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" });
        var last = (await fixture.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Idle })).Seq;
        await watcher.Until(last - 1);
        await watcher.Drained();
        Assert.Equal(["snapshot", "session_status"], watcher.Heard.Select(frame => frame.Event));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("")]
    public async Task Kato_one_subscription_replaced_another_a_filter_of_odd_names_never_becomes_somebody_elses(string odd)
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var first = new Watcher(fixture);
        await first.Join("sessions", events: odd);
        using var second = new Watcher(fixture);
        await second.Join("sessions");
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        await second.Until(last);
        await first.Drained();
        Assert.Single(first.Heard);
    }

    [Fact]
    public void Selections_are_equal_only_when_they_hear_the_same()
    {
        var topics = new[] { Topic.Parse("sessions")! };
        Assert.NotEqual(new Selection(topics, null, null), new Selection(topics, null, new HashSet<string> { "*" }));
        Assert.NotEqual(
            new Selection([Topic.Parse("project:a\nsessions")!], null, null), new Selection([Topic.Parse("project:a")!, topics[0]], null, null));
        Assert.NotEqual(new Selection(topics, null, new HashSet<string> { "a\nb" }), new Selection(topics, null, new HashSet<string> { "a", "b" }));
        Assert.Equal(
            new Selection(topics, new HashSet<string> { "x", "y" }, null), new Selection(topics, new HashSet<string> { "y", "x" }, null));
    }

    [Theory]
    [InlineData("sessions")]
    [InlineData("*")]
    public async Task Who_may_see_one_project_sees_nothing_else_in_the_state_and_in_the_stream(string topic)
    {
        await using var fixture = await HubFixture.Start();
        await fixture.Do(new CreateSession { SessionId = "mine", Project = "p" });
        await fixture.Do(new CreateSession { SessionId = "foreign", Project = "q" });
        await fixture.Do(new CreateSession { SessionId = "without" });
        fixture.Hub.Fanout.Publish(new SessionCountChanged { EventType = "session_created", CurrentCount = 3, Source = "rollcall" });
        using var watcher = new Watcher(fixture);
        await watcher.Join(topic, projects: "p");
        fixture.Hub.Fanout.Publish(new SessionCountChanged { EventType = "session_created", CurrentCount = 4, Source = "rollcall" });
        await fixture.Hub.Record(new FleetPaused());
        await fixture.Do(new UpdateSession { SessionId = "foreign", Name = "n" });
        await fixture.Do(new UpdateSession { SessionId = "without", Name = "n" });
        var last = (await fixture.Do(new UpdateSession { SessionId = "mine", Name = "n" })).Seq;
        await watcher.Until(last);
        Assert.Equal(2, watcher.Heard.Count);
        var state = watcher.Heard[0].Payload;
        Assert.Equal("mine", Assert.Single(state.GetProperty("sessions").EnumerateArray()).GetProperty("id").GetString());
        Assert.Empty(state.GetProperty("session_events").EnumerateArray());
        Assert.False(state.TryGetProperty("metrics", out _));
        Assert.Equal("mine", watcher.Heard[1].Payload.GetProperty("session_id").GetString());
    }

    [Fact]
    public async Task Agentcmd_who_subscribed_first_saw_foreign_sessions_a_foreign_session_shows_neither_state_nor_output()
    {
        await using var fixture = await HubFixture.Start();
        using var watcher = new Watcher(fixture);
        await fixture.Do(new CreateSession { SessionId = "a", Project = "q" });
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "secret" });
        await watcher.Join("session:a", projects: "p");
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "secret" });
        await watcher.UntilEvent("snapshot");
        await watcher.Drained();
        var state = Assert.Single(watcher.Heard).Payload;
        Assert.Equal("null", state.GetProperty("session").GetRawText());
        Assert.Empty(state.GetProperty("output").EnumerateArray());
    }

    [Fact]
    public async Task A_topic_without_subscribers_holds_and_encodes_nothing()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var codec = new LineCodec();
        var watcher = new Watcher(fixture, codec);
        var subscription = await watcher.Join("sessions");
        await watcher.Join("session:a");
        Assert.True(fixture.Hub.Fanout.HasListeners("sessions"));
        watcher.Outlet.Stop(subscription);
        Assert.False(fixture.Hub.Fanout.HasListeners("sessions"));
        Assert.True(fixture.Hub.Fanout.HasListeners("session:a"));
        watcher.Dispose();
        Assert.Equal((false, 0), (fixture.Hub.Fanout.HasListeners("session:a"), fixture.Hub.Fanout.OutletCount));
        await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" });
        Assert.Equal(0, codec.Encoded);
    }

    [Fact]
    public async Task A_subscription_that_is_stopped_twice_does_not_take_another_one_with_it()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var watcher = new Watcher(fixture);
        var first = await watcher.Join("sessions");
        await watcher.Join("sessions");
        watcher.Outlet.Stop(first);
        watcher.Outlet.Stop(first);
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        await watcher.Until(last);
    }

    [Fact]
    public async Task A_join_that_is_overtaken_by_the_end_of_its_connection_leaves_nothing_behind()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var watcher = new Watcher(fixture);
        watcher.Dispose();
        var encoded = fixture.Hub.Fanout.SnapshotEncodings;
        await Assert.ThrowsAsync<TaskCanceledException>(() => watcher.Join("sessions"));
        Assert.False(fixture.Hub.Fanout.HasListeners("sessions"));
        Assert.Equal(encoded, fixture.Hub.Fanout.SnapshotEncodings);
    }

    /// <summary>A newer version of the hub wrote it, before this one was started again.</summary>
    [Theory]
    [InlineData("*")]
    [InlineData("session:a")]
    public async Task Who_resumes_behind_an_event_that_this_version_does_not_know_is_told_the_others(string topic)
    {
        await using var fixture = await HubFixture.StartWith("a");
        var (known, session) = (fixture.Log.Head, fixture.Hub.View.Live["a"]);
        var after = session with { View = session.View with { Version = session.View.Version + 1, Seq = known + 1 } };
        await fixture.Log.Append(
            new LogBatch(
                [new LogEntry(known + 1, fixture.Clock.Now, "session_dreamt", "a", null, after.View.Version, "{}"u8.ToArray())],
                [after], new Dictionary<string, int?>(), [], null),
            TestContext.Current.CancellationToken);
        await fixture.Restart();
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;

        using var watcher = new Watcher(fixture);
        await watcher.Join(topic, known);
        await watcher.Until(last);

        Assert.Equal([last], watcher.Heard.Where(frame => frame.Event == "session_updated").Select(frame => frame.Seq));
        Assert.DoesNotContain(watcher.Heard, frame => frame.IsState || frame.Event == "session_dreamt");
    }
}
