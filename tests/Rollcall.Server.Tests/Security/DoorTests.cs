using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Tests;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Security;

/// <summary>Names, origins, keys and tokens, as a request meets them.</summary>
public sealed class DoorTests
{
    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Spare = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("localhost:{port}", 200)]
    [InlineData("127.0.0.1:{port}", 200)]
    [InlineData("127.0.0.1:1", 403)]
    [InlineData("10.0.0.5:{port}", 403)]
    [InlineData("hub.example", 200)]
    [InlineData("localhost.evil.example:{port}", 403)]
    public async Task A_request_must_be_addressed_to_the_hub_by_a_name_of_its_own(string host, int status)
    {
        await using var hub = await TestHub.Start(new RollcallOptions { AllowedHosts = ["hub.example"] });

        var answer = await hub.Send(HttpMethod.Get, "/api/v1/sessions", null, null, ("Host", host.Replace("{port}", $"{hub.Address.Port}", StringComparison.Ordinal)));

        Assert.Equal(status, answer.Status);
    }

    /// <summary>It has no port that could be named.</summary>
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    public async Task A_request_over_a_Unix_socket_names_no_port(string host, HttpStatusCode status)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no such addresses");
        var path = Path.Combine(Path.GetTempPath(), $"rollcall-{Guid.NewGuid():N}.sock");
        await using var hub = await TestHub.Start(urls: ["http://127.0.0.1:0", $"http://unix:{path}"]);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });

        using var answer = await client.GetAsync(new Uri($"http://{host}/api/v1/sessions"), TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://127.0.0.1:1", 403)]
    [InlineData("http://127.0.0.1:{port}", 201)]
    [InlineData("https://app.example", 201)]
    public async Task A_page_of_a_foreign_origin_changes_nothing(string origin, int status)
    {
        await using var hub = await TestHub.Start(new RollcallOptions { AllowedOrigins = ["https://app.example"] });

        var answer = await hub.Post("/api/v1/sessions", new { id = "a" }, null, ("Origin", origin.Replace("{port}", $"{hub.Address.Port}", StringComparison.Ordinal)));

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 201 ? 2 : 0, hub.Log.Head);
        Assert.Equal(origin == "https://app.example" ? origin : null, answer.Headers.GetValueOrDefault("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("Origin: https://evil.example", "403")]
    [InlineData("Origin: http://{host}", "101")]
    [InlineData("X-Nothing: 1", "101")]
    [InlineData("Authorization: Bearer rlc_0123456789ab_x", "401")]
    [InlineData("Authorization: Bearer rlt_a.b", "401")]
    public async Task An_upgrade_passes_the_same_door(string header, string status)
    {
        await using var hub = await TestHub.Start();

        Assert.Equal(status, await Upgrade(hub, header.Replace("{host}", hub.Address.Authority, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_stream_is_refused_to_a_foreign_page()
    {
        await using var hub = await TestHub.Start();

        var answer = await hub.Send(HttpMethod.Get, "/api/v1/events/stream?topics=sessions", null, null, ("Origin", "https://evil.example"));

        Assert.Equal(403, answer.Status);
    }

    /// <summary>As an image or a link is asked for, which comes without an <c>Origin</c>.</summary>
    [Theory]
    [InlineData("/api/v1/events/stream?topics=sessions", 403)]
    [InlineData("/API/v1/Events/stream/?topics=sessions", 403)]
    [InlineData("/api/v1/%65vents/stream?topics=sessions", 403)]
    [InlineData("/api/v1/events?wait=1", 403)]
    [InlineData("/api/v1/sessions", 200)]
    public async Task Nothing_on_a_foreign_page_waits_for_events_whatever_it_accepts(string path, int status)
    {
        await using var hub = await TestHub.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Sec-Fetch-Site", "cross-site" }, { "Accept", "*/*" } } };
        using var answer = await hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Loopback_is_open_but_a_wrong_key_is_refused_even_there()
    {
        await using var hub = await TestHub.Start();

        Assert.Equal(200, (await hub.Get("/api/v1/sessions")).Status);
        Assert.Equal("unauthenticated", (await hub.Get("/api/v1/sessions", hub.Client("rlc_a_b"))).Code);
        Assert.Equal("unauthenticated", (await hub.Get("/api/v1/sessions", hub.Client("nonsense"))).Code);
    }

    [Fact]
    public async Task What_comes_through_a_proxy_is_not_local()
    {
        await using var hub = await TestHub.Start();

        var answer = await hub.Send(HttpMethod.Get, "/api/v1/sessions", null, null, ("X-Forwarded-For", "203.0.113.9"));

        Assert.Equal(401, answer.Status);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_and_its_connections_are_told()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: clock, keys: Whole.Key);
        var door = hub.App.Services.GetRequiredService<Door>();
        var told = new TaskCompletionSource();
        using var watch = door.WhenRevoked(door.AuthenticateToken(Whole.Credential)!, told.SetResult);
        Assert.Equal(200, (await hub.Get("/api/v1/sessions", hub.Client(Whole.Credential))).Status);

        KeyFile.Change(hub.Data, keys => [.. keys.Select(key => key with { RevokedAt = DateTimeOffset.UnixEpoch })]);

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(told.Task.IsCompleted, "its connections are told within a second");
        Assert.Equal(401, (await hub.Get("/api/v1/sessions", hub.Client(Whole.Credential))).Status);
    }

    [Fact]
    public async Task What_becomes_of_keys_is_written_down_once_also_while_no_hub_runs()
    {
        await using var hub = await TestHub.Start(keys: [Whole.Key]);
        KeyFile.Change(hub.Data, keys => [.. keys, Spare.Key]);
        await Written($"key.create {Whole.Key.Id}, key.create {Spare.Key.Id}");
        KeyFile.Change(hub.Data, keys => [.. keys.Select(key => key.Id == Spare.Key.Id ? key with { RevokedAt = DateTimeOffset.UnixEpoch } : key)]);
        await Written($"key.create {Whole.Key.Id}, key.create {Spare.Key.Id}, key.revoke {Spare.Key.Id}");

        await hub.Restart();
        await Written($"key.create {Whole.Key.Id}, key.create {Spare.Key.Id}, key.revoke {Spare.Key.Id}");

        await hub.Restart(() => KeyFile.Change(hub.Data, keys => [.. keys.Where(key => key.Id != Spare.Key.Id)]));
        await Written($"key.create {Whole.Key.Id}, key.create {Spare.Key.Id}, key.revoke {Spare.Key.Id}, key.remove {Spare.Key.Id}");
        await hub.Restart();
        await Written($"key.create {Whole.Key.Id}, key.create {Spare.Key.Id}, key.revoke {Spare.Key.Id}, key.remove {Spare.Key.Id}");

        async Task Written(string expected)
        {
            using var file = new SqliteConnection($"Data Source={Path.Combine(hub.Data, "rollcall.db")};Mode=ReadOnly;Pooling=False");
            file.Open();
            using var query = file.CreateCommand();
            query.CommandText = "SELECT group_concat(action || ' ' || detail, ', ') FROM (SELECT * FROM audit WHERE principal = 'command line' ORDER BY id)";
            await Hearing.Eventually(() => Task.FromResult(Equals(query.ExecuteScalar(), expected)));
        }
    }

    [Fact]
    public async Task A_key_that_is_made_while_the_hub_runs_holds_at_once()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: Whole.Key);
        var (key, credential) = Key.Make(Scopes.Watch, null, null, null, DateTimeOffset.UnixEpoch);

        KeyFile.Change(hub.Data, keys => [.. keys, key]);

        Assert.Equal(200, (await hub.Get("/api/v1/sessions", hub.Client(credential))).Status);
        Assert.Equal(403, (await hub.Post("/api/v1/sessions", new { id = "a" }, hub.Client(credential))).Status);
    }

    [Fact]
    public async Task A_token_does_less_than_its_key_and_dies_with_it()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: Whole.Key);
        var key = hub.Client(Whole.Credential);
        var made = await hub.Post("/api/v1/tokens", new { scopes = new[] { "watch" }, lifetime_seconds = 60 }, key);
        var token = hub.Client(made["token"]);

        Assert.Equal(200, made.Status);
        Assert.Equal(200, (await hub.Get("/api/v1/sessions", token)).Status);
        Assert.Equal("forbidden", (await hub.Post("/api/v1/sessions", new { id = "a" }, token)).Code);
        Assert.Equal("forbidden", (await hub.Post("/api/v1/tokens", null, token)).Code);
        Assert.Equal("scopes", (await hub.Post("/api/v1/tokens", new { scopes = new[] { "rule" } }, key)).Errors);
        Assert.Equal("scopes", (await hub.Post("/api/v1/tokens", new { scopes = Array.Empty<string>() }, key)).Errors);
        Assert.Equal("lifetime_seconds", (await hub.Post("/api/v1/tokens", new { lifetime_seconds = 0 }, key)).Errors);
        foreach (var projects in new string?[][] { [], [null], ["shop", ""] })
        {
            var none = await hub.Post("/api/v1/tokens", new { projects }, key);
            Assert.Equal((400, "projects"), (none.Status, none.Errors));
        }

        var forged = made["token"]!;
        Assert.Equal(401, (await hub.Get("/api/v1/sessions", hub.Client(forged[..^2] + (forged[^2] == 'A' ? 'B' : 'A') + forged[^1]))).Status);

        Assert.All(["rlt_", "rlt_.", "rlt_a.b", "rlt_a.äöü", "rlt_a.%%%", forged + "A", forged[..^1], forged + forged], wrong =>
            Assert.Null(hub.App.Services.GetRequiredService<Door>().AuthenticateToken(wrong)));

        KeyFile.Change(hub.Data, _ => []);
        Assert.Equal(401, (await hub.Get("/api/v1/sessions", token)).Status);
    }

    [Fact]
    public async Task A_hub_that_others_can_reach_does_not_start_without_a_key()
    {
        var data = Directory.CreateTempSubdirectory("rollcall-test-");
        var options = new RollcallOptions { Urls = ["http://0.0.0.0:0"], Data = data.FullName };

        var refused = await Assert.ThrowsAsync<RefusedToStartException>(() => RollcallServer.Build(options, TimeProvider.System));

        Assert.Contains("rollcall key create", refused.Message, StringComparison.Ordinal);
        KeyFile.Change(data.FullName, _ => [Whole.Key]);
        await (await RollcallServer.Build(options, TimeProvider.System)).DisposeAsync();
        data.Delete(true);
    }

    [Fact]
    public async Task No_more_connections_than_the_limit()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { MaxConnectionsPerAddress = 1 });
        using var held = new TcpClient();

        Assert.Equal("101", await Upgrade(hub, "X-Nothing: 1", held));
        Assert.Equal("429", await Upgrade(hub, "X-Nothing: 1"));
        var refused = await hub.Send(
            HttpMethod.Get, "/socket/websocket?vsn=2.0.0", null, null,
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="));
        Assert.Equal(
            (429, "application/problem+json", "rate_limited", "1"),
            (refused.Status, refused.Headers["Content-Type"], refused.Code, refused.Headers["Retry-After"]));
    }

    private static async Task<string> Upgrade(TestHub hub, string header, TcpClient? client = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var own = client is null ? new TcpClient() : null;
        client ??= own!;
        await client.ConnectAsync(hub.Address.Host, hub.Address.Port, cancel);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{header}\r\n\r\n"), cancel);
        var answer = new byte[12];
        await stream.ReadExactlyAsync(answer, cancel);
        return Encoding.ASCII.GetString(answer)[9..];
    }
}
