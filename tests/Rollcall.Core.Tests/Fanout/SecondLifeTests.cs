using System.Text.Json;
using Rollcall.Core.Tests.Hub;
using Rollcall.Core.Tests.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>
/// A session's own topic does not tell <c>session_created</c>, and who folds what it does tell has the hub's view nevertheless.
/// </summary>
public sealed class SecondLifeTests
{
    private static readonly CreateSession Again = new()
    {
        SessionId = "a", Revive = true, Project = "q", Cwd = "/w/q", Model = "second", Agent = "codex", Host = "h2", Name = "B",
        Metadata = Life.Parsed("""{"k":2}"""), Status = SessionStatus.Idle,
    };

    public static TheoryData<TerminateSession, CreateSession> Lives => new()
    {
        { new TerminateSession { SessionId = "a", Reason = TerminationReason.Crashed, Error = "gone" }, Again },
        { new TerminateSession { SessionId = "a" }, new CreateSession { SessionId = "a", Revive = true } },
        { new TerminateSession { SessionId = "a" }, new CreateSession { SessionId = "a", Revive = true, Cwd = "/w/r/" } },
        { new TerminateSession { SessionId = "a" }, new CreateSession { SessionId = "a", Revive = true, Project = "q" } },
    };

    [Theory]
    [MemberData(nameof(Lives))]
    public async Task Who_hears_only_a_sessions_own_topic_has_the_hubs_view_in_a_second_life(TerminateSession end, CreateSession again)
    {
        await using var fixture = await HubFixture.Start();
        await Begin(fixture);
        using var live = new Watcher(fixture);
        await live.Join("session:a");
        await fixture.Do(end);
        var ended = fixture.Log.Head;
        await fixture.Pass(9);
        await fixture.Do(again);
        var last = (await fixture.Do(new ReportUsage { SessionId = "a", InputTokens = 2 })).Seq;
        await live.Until(last);

        var hub = await States(fixture);
        foreach (var after in new[] { 0, live.Heard[0].Seq, live.Heard[1].Seq, ended, ended + 1, ended + 2 })
        {
            var client = new ClientFold();
            Hear(client, hub, live.Heard.TakeWhile(frame => after == 0 || frame.Seq <= after));
            if (after > 0)
            {
                using var back = new Watcher(fixture);
                await back.Join("session:a", after);
                await back.Until(last);
                Assert.DoesNotContain(back.Heard, frame => frame.IsState);
                Hear(client, hub, back.Heard.Skip(1));
            }

            HubStates.Same(fixture.View("a")!, client["a"]);
        }
    }

    [Fact]
    public async Task A_second_life_is_told_in_the_project_that_it_is_in()
    {
        await using var fixture = await HubFixture.Start();
        await Begin(fixture);
        await fixture.Do(new TerminateSession { SessionId = "a" });
        using var old = new Watcher(fixture);
        using var young = new Watcher(fixture);
        using var limited = new Watcher(fixture);
        await old.Join("project:p");
        await young.Join("project:q");
        await limited.Join("session:a", fixture.Log.Head, projects: "p");
        var last = (await fixture.Do(Again)).Seq;
        await young.Until(last);
        await old.Drained();
        await limited.Drained();
        Assert.Equal(["snapshot", "session_created", "session_updated", "session_status"], young.Heard.Select(frame => frame.Event));
        Assert.Equal("snapshot", Assert.Single(old.Heard).Event);
        Assert.Equal("resumed", Assert.Single(limited.Heard).Event);
        var client = new ClientFold();
        Hear(client, await States(fixture), young.Heard.Skip(1));
        HubStates.Same(fixture.View("a")!, client["a"]);
    }

    /// <summary>It holds the view of the last life that it heard, and is not told from what the next one differs.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_may_not_see_the_life_between_has_the_hubs_view_in_the_next_one(bool missed)
    {
        await using var fixture = await HubFixture.Start();
        await Begin(fixture);
        using var limited = new Watcher(fixture);
        await limited.Join("session:a", projects: "p");
        await fixture.Do(new TerminateSession { SessionId = "a", Reason = TerminationReason.Crashed, Error = "gone" });
        await fixture.Do(Again with { Metadata = null, Name = "A", Model = null });
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await limited.Drained();
        var after = limited.Heard[^1].Seq;
        var last = (await fixture.Do(new CreateSession { SessionId = "a", Revive = true, Project = "p" })).Seq;
        using var back = new Watcher(fixture);
        await back.Join("session:a", after, projects: "p");
        await limited.Until(last);
        await back.Until(last);

        var (client, hub) = (new ClientFold(), await States(fixture));
        Hear(client, hub, limited.Heard.TakeWhile(frame => !missed || frame.Seq <= after));
        Hear(client, hub, back.Heard.Skip(missed ? 1 : back.Heard.Count));
        HubStates.Same(fixture.View("a")!, client["a"]);
    }

    /// <summary>It holds the view of a session that nobody else knows any more.</summary>
    [Theory]
    [InlineData("session:a")]
    [InlineData("session:a metrics")]
    public async Task Who_watched_a_session_that_retention_removed_is_told_the_state_of_the_new_one_of_its_id(string topics)
    {
        await using var fixture = await HubFixture.Start();
        await Begin(fixture);
        using var watcher = new Watcher(fixture);
        await watcher.Join(topics);
        var ended = (await fixture.Do(new TerminateSession { SessionId = "a" })).Seq;
        await watcher.Until(ended);
        await BeginAnew(fixture);
        await EndsWithTheHubs(fixture, watcher);
    }

    /// <summary>It needs no other state for what follows, were it of the same session.</summary>
    [Fact]
    public async Task So_is_who_has_only_a_state_that_takes_long_to_read()
    {
        await using var fixture = await HubFixture.Start();
        await Begin(fixture);
        for (var i = 0; i < 8; i++)
        {
            await fixture.Do(new AppendOutput { SessionId = "a", Text = new string('x', 50_000) });
        }

        await fixture.Do(new TerminateSession { SessionId = "a" });
        using var watcher = new Watcher(fixture);
        await watcher.Join("session:a");
        await watcher.Drained();
        await BeginAnew(fixture);
        await EndsWithTheHubs(fixture, watcher);
    }

    [Fact]
    public async Task So_is_who_comes_back_with_all_that_was_told_of_the_one_that_is_gone()
    {
        await using var fixture = await HubFixture.Start();
        await Begin(fixture);
        var ended = (await fixture.Do(new TerminateSession { SessionId = "a" })).Seq;
        await BeginAnew(fixture);
        using var watcher = new Watcher(fixture);
        await watcher.Join("session:a", ended);
        await EndsWithTheHubs(fixture, watcher);
    }

    /// <summary>Retention removes the session, and somebody makes another of its id.</summary>
    private static async Task BeginAnew(HubFixture fixture)
    {
        await fixture.Pass(10);
        await fixture.Log.Prune(
            new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), long.MaxValue), fixture.Clock.Now, TestContext.Current.CancellationToken);
        Assert.Null(await fixture.Log.Find("a", TestContext.Current.CancellationToken));
        await fixture.Do(new CreateSession { SessionId = "a", Project = "q", Name = "new" });
        await fixture.Do(new UpdateSession { SessionId = "a", Model = "second" });
    }

    private static async Task EndsWithTheHubs(HubFixture fixture, Watcher watcher)
    {
        await watcher.Until(fixture.Log.Head);
        var resync = Assert.Single(watcher.Heard, frame => frame.Event == "resync").Payload;
        var client = new ClientFold();
        client.Replace([(resync.TryGetProperty("session:a", out var state) ? state : resync).GetProperty("session")]);
        foreach (var frame in watcher.Heard.SkipWhile(frame => frame.Event != "resync").Skip(1).Where(frame => frame.Seq > 0))
        {
            client.Hear(frame.Event, JsonSerializer.SerializeToUtf8Bytes(frame.Payload));
        }

        HubStates.Same(fixture.View("a")!, client["a"]);
    }

    /// <summary>A session that has, and was told, as much as one can.</summary>
    private static async Task Begin(HubFixture fixture)
    {
        await fixture.Do(new CreateSession
        {
            SessionId = "a", Project = "p", Cwd = "/w/p", Model = "first", Agent = "claude-code", Host = "h1", Name = "A", Metadata = Life.Parsed("""{"k":1}"""),
        });
        await fixture.Do(new StartTask { SessionId = "a", TaskId = "t" });
        await fixture.Do(new ReportUsage { SessionId = "a", InputTokens = 5, CostUsd = 0.5m });
        await fixture.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Waiting, WaitingText = "?" });
        await fixture.Do(new PauseSession { SessionId = "a" });
    }

    private static async Task<HubStates> States(HubFixture fixture) => new((await fixture.Told()).OfType<SessionEvent>());

    /// <summary>After each frame the client has what the hub had.</summary>
    private static void Hear(ClientFold client, HubStates hub, IEnumerable<Frame> frames)
    {
        foreach (var frame in frames)
        {
            if (frame.IsState)
            {
                client.Replace([frame.Payload.GetProperty("session")]);
            }
            else
            {
                client.Hear(frame.Event, JsonSerializer.SerializeToUtf8Bytes(frame.Payload));
            }

            var view = hub[frame.Seq]["a"].View;
            HubStates.Same(view, client["a"]);
            Assert.Equal((view.Version, view.Seq), (client["a"]["version"]!.GetValue<long>(), client["a"]["seq"]!.GetValue<long>()));
        }
    }
}
