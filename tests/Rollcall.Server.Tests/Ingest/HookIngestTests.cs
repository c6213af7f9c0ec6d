using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Ingest.Hooks;
using Rollcall.Server.Security;
using Xunit;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>The endpoint, on a real Kestrel: what an agent is told, and when.</summary>
public sealed class HookIngestTests : IAsyncLifetime
{
    private const string Hook = """{"session_id":"s1","hook_event_name":"UserPromptSubmit","prompt_id":"p1"}""";
    private const string End = """{"session_id":"s1","hook_event_name":"SessionEnd"}""";

    private readonly List<IReadOnlyList<Command>> _submitted = [];
    private readonly HookMemory _memory = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });
    private readonly Heard _log = new();
    private WebApplication _app = null!;

    private Func<IReadOnlyList<Command>, ValueTask<IReadOnlyList<Outcome>>> Hub { get; set; } =
        commands => ValueTask.FromResult<IReadOnlyList<Outcome>>([.. commands.Select(_ => new Outcome.Accepted(1, null, true))]);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 1 << 20);
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.Services.AddSingleton<UnfinishedInput>();
        _app = builder.Build();
        _app.UseProblems();
        _app.MapHookIngest((_, commands) =>
        {
            _submitted.Add(commands);
            return Hub(commands);
        }, _memory);
        await _app.StartAsync();
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _log.Dispose();
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_hook_is_answered_by_an_empty_204_and_its_commands_are_handed_on_together()
    {
        var answer = await Post("claude-code", Hook);

        Assert.Equal((HttpStatusCode.NoContent, ""), answer);
        Assert.Equal([typeof(CreateSession), typeof(ChangeStatus)], _submitted.Single().Select(command => command.GetType()));
    }

    [Fact]
    public async Task The_reporters_machine_comes_from_a_header()
    {
        _http.DefaultRequestHeaders.Add(HookIngest.HostHeader, "laptop");
        await Post("codex", Hook);

        Assert.Equal(("laptop", "codex"), _submitted.Single().OfType<CreateSession>().Select(c => (c.Host, c.Agent)).Single());
    }

    [Fact]
    public async Task An_agent_does_not_wait_for_a_hub_that_is_slow_and_a_later_failure_is_logged()
    {
        var durable = new TaskCompletionSource<IReadOnlyList<Outcome>>();
        Hub = _ => new ValueTask<IReadOnlyList<Outcome>>(durable.Task);

        Assert.Equal((HttpStatusCode.NoContent, ""), await Post("claude-code", Hook));
        durable.SetException(new IOException("the disk is gone"));
        await _log.Lost.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_command_that_the_hub_refuses_is_no_concern_of_the_agents()
    {
        Hub = _ => Answer(new Outcome.Refused(ErrorCodes.Conflict, "session s1 has ended"));

        Assert.Equal((HttpStatusCode.NoContent, ""), await Post("claude-code", Hook));
    }

    [Fact]
    public async Task A_full_hub_says_when_to_come_back()
    {
        Hub = _ => Answer(new Outcome.Refused(ErrorCodes.Unavailable, "the queue is full"));
        var cancel = TestContext.Current.CancellationToken;
        using var answer = await _http.PostAsync("/ingest/hooks/claude-code", new StringContent(Hook), cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        Assert.Contains(ErrorCodes.Unavailable, await answer.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_fails_is_unavailable_and_tells_no_secrets()
    {
        Hub = _ => throw new InvalidOperationException("/var/lib/rollcall/log.db");
        var (status, body) = await Post("claude-code", Hook);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.DoesNotContain("log.db", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-code", "{", "body")]
    [InlineData("claude-code", "", "body")]
    [InlineData("claude-code", "[1]", "body")]
    [InlineData("claude-code", """{"hook_event_name":"Stop"}""", "session_id")]
    [InlineData("claude-code", """{"session_id":"../etc"}""", "session_id")]
    [InlineData("a b", Hook, "agent")]
    public async Task What_cannot_be_used_is_refused_with_the_field_at_fault(string agent, string body, string field)
    {
        var (status, text) = await Post(agent, body);
        using var problem = JsonDocument.Parse(text);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(ErrorCodes.InvalidRequest, problem.RootElement.GetProperty("code").GetString());
        Assert.True(problem.RootElement.GetProperty("errors").TryGetProperty(field, out _));
        Assert.Empty(_submitted);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_too_large()
    {
        // Asks before it sends, so that the answer is not lost behind a body that nobody reads.
        _http.DefaultRequestHeaders.ExpectContinue = true;
        var (status, text) = await Post("claude-code", $$"""{"session_id":"s1","tool_response":"{{new string('x', 2 << 20)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Contains(ErrorCodes.TooLarge, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hooks_that_come_at_once_reach_the_hub_in_the_order_in_which_they_were_decided()
    {
        Hub = async commands =>
        {
            await Task.Yield();
            return [.. commands.Select(_ => new Outcome.Accepted(1, null, true))];
        };
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Post("claude-code", i % 2 == 0
            ? $$"""{"session_id":"s1","hook_event_name":"PreToolUse","tool_name":"AskUserQuestion","tool_use_id":"t{{i}}"}"""
            : $$"""{"session_id":"s1","hook_event_name":"PostToolUse","tool_name":"AskUserQuestion","tool_use_id":"t{{i - 1}}"}""")));

        // Every question was answered, so the last word of the last list is that the session works.
        Assert.Equal(200, _submitted.Count);
        var last = _submitted.SelectMany(commands => commands).OfType<ChangeStatus>().Last();
        Assert.Equal(SessionStatus.Active, last.Status);
    }

    [Theory]
    [InlineData(ErrorCodes.Forbidden)]
    [InlineData(ErrorCodes.RateLimited)]
    [InlineData(ErrorCodes.Unavailable)]
    public async Task A_hook_that_was_refused_has_never_been_and_is_taken_when_it_comes_again(string code)
    {
        var hub = Hub;
        await Post("claude-code", Hook);
        Hub = _ => Answer(new Outcome.Refused(code, "not now"));
        Assert.NotEqual(HttpStatusCode.NoContent, (await Post("claude-code", End)).Status);
        Hub = hub;

        await Post("claude-code", End);
        await Post("claude-code", Hook);

        Assert.Equal([typeof(TerminateSession), typeof(TerminateSession)], _submitted.Skip(1).Select(commands => commands.Single().GetType()));
    }

    [Fact]
    public async Task A_hook_that_is_refused_after_it_was_answered_has_never_been_either()
    {
        var (hub, durable) = (Hub, new TaskCompletionSource<IReadOnlyList<Outcome>>());
        Hub = _ => new ValueTask<IReadOnlyList<Outcome>>(durable.Task);
        Assert.Equal(HttpStatusCode.NoContent, (await Post("claude-code", End)).Status);

        Hub = hub;
        await Post("claude-code", Hook);
        Assert.Single(_submitted);
        durable.SetResult([new Outcome.Refused(ErrorCodes.Unavailable, "the log could not be written")]);
        await Post("claude-code", Hook);
        Assert.Equal(2, _submitted.Count);
    }

    [Fact]
    public void A_hook_follows_on_those_that_the_hub_has_not_answered_yet()
    {
        Trail first = Ended(), second = Ended(), third = Ended();
        foreach (var trail in (Trail[])[first, second, third])
        {
            _memory.Submitted("s1", trail);
        }

        Assert.True(_memory.Of("s1").Ended);
        _memory.Answered("s1", second, asOf: null);
        _memory.Answered("s1", third, asOf: null);
        Assert.Equal((true, 0), (_memory.Of("s1").Ended, _memory.Count));
        _memory.Answered("s1", first, asOf: null);
        Assert.Equal((false, 0), (_memory.Of("s1").Ended, _memory.Count));

        _memory.Submitted("s1", first);
        _memory.Submitted("s1", new Trail { Model = "latest" });
        var latest = _memory.Of("s1");
        _memory.Submitted("s1", latest);
        _memory.Answered("s1", latest, asOf: 1);
        _memory.Answered("s1", first, asOf: 1);
        Assert.Equal(("latest", 1), (_memory.Of("s1").Model, _memory.Count));

        static Trail Ended() => new() { Ended = true };
    }

    [Fact]
    public void A_hook_follows_on_its_own_senders_only_until_the_hub_has_taken_those_of_others()
    {
        Trail ended = new() { Ended = true }, told = new() { Model = "told" }, next = new() { Model = "next" };
        _memory.Submitted("s1", ended, "a");
        _memory.Submitted("s1", told, "b");
        Assert.Equal([true, false, false], new[] { "a", "b", "c" }.Select(sender => _memory.Of("s1", sender).Ended));
        _memory.Submitted("s1", next, "b");
        Assert.Equal((null, "next"), (_memory.Of("s1", "a").Model, _memory.Of("s1", "b").Model));

        _memory.Answered("s1", told, asOf: 1);
        Assert.Equal((true, "next", "told"), (_memory.Of("s1", "a").Ended, _memory.Of("s1", "b").Model, _memory.Of("s1", "c").Model));

        _memory.Answered("s1", ended, asOf: null);
        Assert.Equal(("told", "next"), (_memory.Of("s1", "a").Model, _memory.Of("s1", "b").Model));

        _memory.Answered("s1", next, asOf: null);
        Assert.Equal("told", _memory.Of("s1", "b").Model);
    }

    [Fact]
    public async Task Refused_hooks_of_invented_sessions_drive_no_session_out_of_the_memory()
    {
        await Post("claude-code", Hook);
        var refusing = new HookSubmission(
            (_, _) => Answer(new Outcome.Refused(ErrorCodes.Forbidden, "not yours")), _memory, TimeProvider.System, NullLogger<HookSubmission>.Instance);
        for (var i = 0; i < HookMemory.RememberedSessions; i++)
        {
            using var hook = JsonDocument.Parse($$"""{"session_id":"invented{{i}}","hook_event_name":"UserPromptSubmit"}""");
            Assert.NotNull(await refusing.Take(new DefaultHttpContext(), "codex", hook.RootElement, null));
        }

        Assert.Equal(1, _memory.Count);
    }

    private static ValueTask<IReadOnlyList<Outcome>> Answer(Outcome outcome) => ValueTask.FromResult<IReadOnlyList<Outcome>>([outcome]);

    private async Task<(HttpStatusCode Status, string Body)> Post(string agent, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync($"/ingest/hooks/{Uri.EscapeDataString(agent)}", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Hears that a hook was lost.</summary>
    private sealed class Heard : ILoggerProvider, ILogger
    {
        public TaskCompletionSource Lost { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is IOException && formatter(state, exception).Contains("was lost", StringComparison.Ordinal))
            {
                Lost.TrySetResult();
            }
        }

        public void Dispose()
        {
        }
    }
}
