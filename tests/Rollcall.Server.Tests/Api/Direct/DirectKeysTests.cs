using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Api.Direct;

/// <summary>A connection that reports past the web server may with each report what its key may at the moment.</summary>
public sealed class DirectKeysTests : IAsyncLifetime
{
    private readonly (Key Key, string Credential) _reporter = Key.Make(Scopes.Report, null, null, null, DateTimeOffset.UnixEpoch);
    private readonly (Key Key, string Credential) _watcher = Key.Make(Scopes.Watch, null, null, null, DateTimeOffset.UnixEpoch);
    private int _served;
    private IDisposable _watching = null!;
    private TestHub _hub = null!;
    private HttpLine _line = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true, MaxCommandsPerKey = 5 }, keys: [_reporter.Key, _watcher.Key]);
        _watching = Diagnosis.Hear(_hub, Diagnosis.Begun, _ => Interlocked.Increment(ref _served));
        _line = await HttpLine.To(_hub);
        Assert.Equal((201, 0), (await Report(_reporter.Credential), _served));
    }

    public async ValueTask DisposeAsync()
    {
        _line.Dispose();
        _watching.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task Another_key_is_another()
    {
        Assert.Equal((403, 1), (await Report(_watcher.Credential), _served));
    }

    [Fact]
    public async Task Nobody_may_report_without_one()
    {
        using var line = await HttpLine.To(_hub);
        Assert.Equal(401, (await line.Ask(HttpLine.Request(_hub, "POST /api/v1/sessions", """{"id":"k"}"""))).Status);
    }

    /// <summary>Also where nothing else would hold it up.</summary>
    [Fact]
    public async Task Nobody_reports_by_who_reported_before()
    {
        Assert.Equal(401, (await _line.Ask(HttpLine.Request(_hub, "POST /api/v1/sessions/k/heartbeat", "", ""))).Status);
    }

    [Fact]
    public async Task One_behind_the_length_is_looked_at_too()
    {
        using var line = await HttpLine.To(_hub);
        Assert.Equal((200, 0), ((await line.Ask(Behind(_reporter.Credential))).Status, _served));
        Assert.Equal((403, 1), ((await line.Ask(Behind(_watcher.Credential))).Status, _served));

        string Behind(string credential) =>
            HttpLine.Request(_hub, "POST /api/v1/sessions", """{"id":"k"}""").Replace("\r\n\r\n", $"\r\nAuthorization: Bearer {credential}\r\n\r\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_revoked_may_nothing()
    {
        KeyFile.Change(_hub.Data, keys => [.. keys.Where(key => key.Id != _reporter.Key.Id)]);
        Assert.Equal((401, 1), (await Report(_reporter.Credential), _served));
    }

    [Fact]
    public async Task One_that_is_changed_may_what_it_may_now()
    {
        KeyFile.Change(_hub.Data, keys => [.. keys.Select(key => key with { ExpiresAt = DateTimeOffset.MaxValue })]);
        Assert.Equal((200, 0), (await Report(_reporter.Credential), _served));
    }

    [Fact]
    public async Task One_that_gives_too_many_commands_is_told_when_it_may_again()
    {
        var answer = await Ask(_reporter.Credential);
        for (var i = 0; i < 1000 && answer.Status == 200; i++)
        {
            answer = await Ask(_reporter.Credential);
        }

        Assert.Equal(429, answer.Status);
        Assert.Contains("Retry-After", answer.Fields);
        Assert.Equal(0, _served);
    }

    private async Task<int> Report(string credential) => (await Ask(credential)).Status;

    private Task<Heard> Ask(string credential) =>
        _line.Ask(HttpLine.Request(_hub, "POST /api/v1/sessions", """{"id":"k"}""", $"{HttpLine.Json}Authorization: Bearer {credential}\r\n"));
}
