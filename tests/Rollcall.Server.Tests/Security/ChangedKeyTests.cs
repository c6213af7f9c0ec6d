using System.Net.WebSockets;
using Rollcall.Core.Tests;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Security;

/// <summary>A key that was changed in the file, under its id: what came in by what it was before is over.</summary>
public sealed class ChangedKeyTests
{
    private static readonly (Key Key, string Credential) Made = Key.Make(Scopes.Watch | Scopes.Report, ["shop", "bank"], null, null, DateTimeOffset.UnixEpoch);
    private static readonly Key Other = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch).Key;

    [Theory]
    [InlineData("scopes", 200)]
    [InlineData("projects", 200)]
    [InlineData("secret", 401)]
    [InlineData("expires_at", 200)]
    public async Task Its_tokens_sockets_and_streams_end(string part, int presentedAgain)
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: clock, keys: Made.Key);
        var token = await Token(hub);
        using var byKey = await RawSocket.Open(hub, Made.Credential);
        using var byToken = await RawSocket.Open(hub, token);
        using var stream = await hub.Client(token).GetStreamAsync("/api/v1/events/stream?topics=sessions", TestContext.Current.CancellationToken);

        Change(hub, part);
        clock.Advance(TimeSpan.FromSeconds(0.3));

        Assert.Equal(401, (await hub.Get("/api/v1/sessions", hub.Client(token))).Status);
        Assert.Equal(presentedAgain, (await hub.Get("/api/v1/sessions", hub.Client(Made.Credential))).Status);
        foreach (var socket in (RawSocket[])[byKey, byToken])
        {
            await socket.UntilClosed();
            Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        await stream.CopyToAsync(Stream.Null, patience.Token);
    }

    [Fact]
    public async Task A_token_of_what_the_key_is_now_holds_however_the_file_was_written()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: Made.Key);
        Change(hub, "projects");
        var token = await Token(hub);

        KeyFile.Change(hub.Data, keys => [.. keys, Other]);

        Assert.Equal(200, (await hub.Get("/api/v1/sessions", hub.Client(token))).Status);
    }

    [Fact]
    public async Task Its_scopes_in_another_order_are_no_change()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: clock, keys: Made.Key);
        var token = await Token(hub);
        using var socket = await RawSocket.Open(hub, Made.Credential);

        Change(hub, "order");
        clock.Advance(TimeSpan.FromSeconds(0.3));

        Assert.Equal(200, (await hub.Get("/api/v1/sessions", hub.Client(token))).Status);
        Assert.Equal("ok", (await socket.Join("sessions")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task It_is_written_down_once_also_while_no_hub_runs()
    {
        var id = Made.Key.Id;
        await using var hub = await TestHub.Start(keys: Made.Key);
        Change(hub, "scopes");
        await Written(hub, $"key.create {id}, key.change {id}");

        await hub.Restart(() => Change(hub, "secret"));
        await Written(hub, $"key.create {id}, key.change {id}, key.change {id}");
        await hub.Restart();
        await Written(hub, $"key.create {id}, key.change {id}, key.change {id}");
    }

    [Fact]
    public async Task What_an_earlier_hub_wrote_down_is_not_written_down_again_and_what_changes_next_is()
    {
        var id = Made.Key.Id;
        await using var hub = await TestHub.Start(keys: Made.Key);
        await hub.Restart(() =>
        {
            hub.Sql("DELETE FROM documents WHERE name LIKE 'key%'");
            hub.Sql($$"""INSERT INTO documents VALUES ('keys', '{"{{id}}":false}')""");
        });
        await Written(hub, $"key.create {id}");
        Assert.Equal(id, hub.Sql("SELECT group_concat(detail) FROM audit WHERE principal = 'hub' AND action = 'key.adopt'"));

        await hub.Restart(() => Change(hub, "secret"));
        await Written(hub, $"key.create {id}, key.change {id}");
        Change(hub, "scopes");
        await Written(hub, $"key.create {id}, key.change {id}, key.change {id}");
    }

    private static void Change(TestHub hub, string part) => KeyFile.Change(hub.Data, keys => [.. keys.Select(key => part switch
    {
        "scopes" => key with { Scopes = ["watch"] },
        "projects" => key with { Projects = ["bank"] },
        "expires_at" => key with { ExpiresAt = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        "order" => key with { Scopes = [.. key.Scopes.Reverse()] },
        _ => key with { Salt = Other.Salt, Hash = Other.Hash },
    })]);

    private static async Task<string> Token(TestHub hub) =>
        (await hub.Post("/api/v1/tokens", new { lifetime_seconds = 600 }, hub.Client(Made.Credential)))["token"]!;

    private static Task Written(TestHub hub, string expected) => Hearing.Eventually(() => Task.FromResult(Equals(expected, hub.Sql(
        "SELECT group_concat(action || ' ' || detail, ', ') FROM (SELECT * FROM audit WHERE principal = 'command line' ORDER BY id)"))));
}
