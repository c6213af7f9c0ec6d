using System.Net.Sockets;
using System.Text;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>A request whose body comes when its key or token has ended: it was let in with its head, and does nothing.</summary>
public sealed class SlowRequestTests : IAsyncLifetime
{
    private const string Batch = """[{"type":"create","session_id":"new"}]""";

    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private readonly TestClock _clock = new();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: _clock, keys: Whole.Key);
        await _hub.Hub.Submit(new CreateSession { SessionId = "s" });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("POST", "/api/v1/commands", Batch)]
    [InlineData("POST", "/api/v1/sessions", """{"id":"new"}""")]
    [InlineData("PATCH", "/api/v1/sessions/s", """{"name":"new"}""")]
    [InlineData("POST", "/api/v1/sessions/s/messages", """{"text":"new"}""")]
    [InlineData("POST", "/api/v1/sessions/bulk-delete", """{"session_ids":["s"]}""")]
    [InlineData("PATCH", "/api/sessions/s", """{"name":"new"}""")]
    [InlineData("POST", "/ingest/hooks/claude-code", """{"session_id":"new","hook_event_name":"SessionStart","source":"startup"}""")]
    [InlineData("PUT", "/api/v1/flags", """{"alerts":false}""")]
    [InlineData("PUT", "/api/v1/alerts/rules", "{}")]
    [InlineData("POST", "/api/v1/hosts/new", "{}")]
    public async Task It_is_refused_where_its_key_was_revoked_meanwhile(string method, string path, string body)
    {
        var head = _hub.Log.Head;

        var answer = await Send(method, path, body, Whole.Credential, "X-Nothing: 1", Revoke);

        Assert.Equal("401", answer);
        Assert.Equal(head, _hub.Log.Head);
        Assert.Equal(0L, Audited());
    }

    /// <summary>Nor is it told what the same request was answered before.</summary>
    [Theory]
    [InlineData("/api/v1/detector/reset", 200, false)]
    [InlineData("/api/v1/detector/reset", 200, true)]
    [InlineData("/api/v1/alerts/any/acknowledge", 404, false)]
    [InlineData("/api/v1/alerts/any/acknowledge", 404, true)]
    public async Task It_is_refused_under_an_idempotency_key_too(string path, int status, bool answeredBefore)
    {
        if (answeredBefore)
        {
            Assert.Equal(status, (await _hub.Post(path, "{}", _hub.Client(Whole.Credential), ("Idempotency-Key", "k"))).Status);
        }

        var audited = Audited();
        var answer = await Send("POST", path, "{}", Whole.Credential, "Idempotency-Key: k", Revoke);

        Assert.Equal("401", answer);
        Assert.Equal(audited, Audited());
    }

    /// <summary>The refusal is not kept for the request: the same one with a token that holds is carried out.</summary>
    [Fact]
    public async Task It_is_refused_where_its_token_expired_meanwhile_and_done_with_the_next_one()
    {
        var before = await Token(1);

        Assert.Equal("401", await Send("POST", "/api/v1/commands", Batch, before, "Idempotency-Key: k", () => _clock.Advance(TimeSpan.FromSeconds(2))));
        Assert.Equal("200", await Send("POST", "/api/v1/commands", Batch, await Token(60), "Idempotency-Key: k", () => { }));

        Assert.Contains("new", _hub.Hub.View.Live.Keys);
    }

    private void Revoke() => KeyFile.Change(_hub.Data, keys => [.. keys.Select(key => key with { RevokedAt = DateTimeOffset.UnixEpoch })]);

    private object? Audited() => _hub.Sql("SELECT count(*) FROM audit WHERE principal <> 'command line'");

    private async Task<string> Token(int seconds) =>
        (await _hub.Post("/api/v1/tokens", new { lifetime_seconds = seconds }, _hub.Client(Whole.Credential)))["token"]!;

    /// <summary>Sends the head, does something once the hub waits for the body, and sends that.</summary>
    private async Task<string> Send(string method, string path, string body, string credential, string header, Action meanwhile)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(_hub.Address.Host, _hub.Address.Port, cancel);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} {path} HTTP/1.1\r\nHost: {_hub.Address.Authority}\r\nAuthorization: Bearer {credential}\r\n{header}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"), cancel);
        var goOn = new byte["HTTP/1.1 100 Continue\r\n\r\n".Length];
        await stream.ReadExactlyAsync(goOn, cancel);
        Assert.StartsWith("HTTP/1.1 100 ", Encoding.ASCII.GetString(goOn), StringComparison.Ordinal);

        meanwhile();

        await stream.WriteAsync(Encoding.ASCII.GetBytes(body), cancel);
        var answer = new byte["HTTP/1.1 200".Length];
        await stream.ReadExactlyAsync(answer, cancel);
        return Encoding.ASCII.GetString(answer)[9..];
    }
}
