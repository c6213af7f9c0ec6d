using Rollcall.Core;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Ingest.Hooks;
using Rollcall.Server.Tests.Defects;
using Xunit;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>Lives that end, or begin, otherwise than by a hook: what was said in one means nothing in the next.</summary>
public sealed class HookLivesTests : IAsyncLifetime
{
    private const string Start = """{"session_id":"s","hook_event_name":"SessionStart","source":"startup","cwd":"/src/x"}""";
    private const string Prompt = """{"session_id":"s","hook_event_name":"UserPromptSubmit","prompt_id":"p1"}""";
    private const string Asks = """{"session_id":"s","hook_event_name":"PermissionRequest","prompt_id":"p1","tool_name":"Bash","tool_use_id":"t1","tool_input":{"command":"SECRET"}}""";
    private const string Resume = """{"session_id":"s","hook_event_name":"SessionStart","source":"resume","cwd":"/src/y"}""";
    private const string Works = """{"session_id":"s","hook_event_name":"PostToolUse","prompt_id":"p2","tool_name":"Read","tool_use_id":"t2"}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly HookMemory _memory = new();
    private TestHub _hub = null!;

    /// <summary>The clock stands: no hook is answered before it is known what became of it, and all come within a moment.</summary>
    public async ValueTask InitializeAsync() => _hub = await TestHub.Start(time: new TestClock());

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(TerminationReason.Terminated, null)]
    [InlineData(TerminationReason.Crashed, "the owner is gone")]
    public async Task What_was_asked_is_not_asked_in_the_next_life_however_this_one_ended(TerminationReason reason, string? error)
    {
        await Hear(Start, Prompt, Asks);
        await _hub.Hub.Submit(new TerminateSession { SessionId = "s", Reason = reason, Error = error });

        await ExpectNewLife(Hear(Resume));
    }

    /// <summary>Its answer comes after it is known that the life has ended.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_asked_just_before_the_end_is_not_asked_in_the_next_life(bool resumedMeanwhile)
    {
        await Hear(Start, Prompt);
        List<Task> taken = [];
        using (await HeldWriter.By(_hub.Hub, new UpdateSession { SessionId = "s", Name = "n" }))
        {
            await Queued(Hear(Asks));
            await Queued(_hub.Hub.Submit(new TerminateSession { SessionId = "s" }).AsTask());
            if (resumedMeanwhile)
            {
                await Queued(Hear(Resume));
            }
        }

        await Task.WhenAll(taken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await ExpectNewLife(resumedMeanwhile ? Task.CompletedTask : Hear(Resume));

        Task Queued(Task submitted)
        {
            taken.Add(submitted);
            return Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting == taken.Count));
        }
    }

    [Fact]
    public async Task What_was_asked_of_a_session_that_had_ended_is_not_asked_in_its_next_life()
    {
        await _hub.Hub.Submit([new CreateSession { SessionId = "s" }, new TerminateSession { SessionId = "s" }]);
        await Hear(Prompt, Asks);

        await ExpectNewLife(Hear(Resume));
    }

    [Theory]
    [InlineData("""{"session_id":"s","hook_event_name":"SessionEnd"}""")]
    [InlineData(null)]
    public async Task A_life_that_was_begun_by_others_is_heard(string? end)
    {
        await Hear(Start, Prompt, Asks);
        await (end is null ? _hub.Hub.Submit(new TerminateSession { SessionId = "s" }).AsTask() : Hear(end));
        await _hub.Hub.Submit(new CreateSession { SessionId = "s", Revive = true, Status = SessionStatus.Idle });

        await Hear(Works);
        Assert.Equal("active", (await _hub.Get("/api/v1/sessions/s"))["status"]);
    }

    [Fact]
    public void A_resumption_on_its_way_when_the_end_is_told_is_followed_on_and_remembered_if_it_came_after_the_end()
    {
        foreach (var (asOf, ended) in ((long, bool)[])[(4, true), (6, false)])
        {
            var (memory, resumed, next) = (new HookMemory(), new Trail { Resumes = true }, new Trail { Model = "next" });
            foreach (var trail in (Trail[])[new(), resumed, next])
            {
                memory.Submitted("s", trail);
            }

            memory.Heard([Ended(5)]);
            Assert.Equal(("next", false), (memory.Of("s").Model, memory.Of("s").Ended));

            memory.Answered("s", next, asOf: null);
            memory.Answered("s", resumed, asOf);
            Assert.Equal(ended, memory.Of("s").Ended);
        }
    }

    [Fact]
    public void The_later_of_what_two_senders_said_is_remembered_whichever_is_answered_first()
    {
        Trail earlier = new() { Model = "earlier" }, later = new() { Model = "later" };
        _memory.Submitted("s", earlier, "a");
        _memory.Submitted("s", later, "b");

        _memory.Answered("s", later, asOf: 8);
        _memory.Answered("s", earlier, asOf: 7);

        Assert.Equal("later", _memory.Of("s").Model);
    }

    [Fact]
    public void The_hub_does_not_wait_until_an_end_can_be_noted()
    {
        var (trail, writer) = (new Trail(), new Thread(() => _memory.Heard([Ended(5)])));
        _memory.Submitted("s", trail);
        lock (_memory.Gate)
        {
            writer.Start();
            Assert.True(writer.Join(Patience));
        }

        _memory.Answered("s", trail, asOf: 4);
        Assert.True(_memory.Of("s").Ended);
    }

    [Fact]
    public void Lives_of_sessions_that_no_hook_spoke_of_are_not_remembered()
    {
        _memory.Heard([Ended(5)]);
        Assert.Equal(0, _memory.Count);
    }

    private static SessionTerminated Ended(long seq) => new() { SessionId = "s", Seq = seq };

    private async Task Hear(params string[] hooks)
    {
        foreach (var hook in hooks)
        {
            Assert.Equal(204, (await _hub.Post("/ingest/hooks/claude-code", hook)).Status);
        }
    }

    private async Task ExpectNewLife(Task begun)
    {
        await begun;
        Assert.Equal("idle", (await _hub.Get("/api/v1/sessions/s"))["status"]);
        await Hear(Works);
        var session = await _hub.Get("/api/v1/sessions/s");
        Assert.Equal("active", session["status"]);
        Assert.DoesNotContain("SECRET", session.Text, StringComparison.Ordinal);
    }
}
