using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>Which connections go past the web server, and that nobody can tell by the answer.</summary>
public sealed class DirectDoorTests
{
    private const string Target = "/socket/websocket?vsn=2.0.0";
    private const string Upgrade = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cm9sbGNhbGwgYmVuY2hlcw==\r\n";

    [Fact]
    public async Task A_plain_upgrade_goes_past_the_web_server()
    {
        await using var hub = await TestHub.Start();
        using var client = await Say(hub, Request(hub));

        Assert.StartsWith("HTTP/1.1 101 ", await Head(client), StringComparison.Ordinal);
        Assert.Equal(1, Entered(hub));
    }

    [Fact]
    public async Task Another_version_is_told_which_one_there_is()
    {
        await using var hub = await TestHub.Start();
        using var client = await Say(hub, Request(hub).Replace("Version: 13", "Version: 8", StringComparison.Ordinal));

        var head = await Head(client);
        Assert.StartsWith("HTTP/1.1 400 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Version: 13\r\n", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cm9sbGNhbGwg YmVuY2hlcw==")]
    [InlineData("cm9sbGNhbGwgYmVuY2hlcw")]
    [InlineData("cm9sbGNhbGwgYmVuY2hlcyE=")]
    [InlineData("cm9sbGNhbGwgYmVuY2hl")]
    public async Task A_key_that_is_not_sixteen_bytes_of_base64_is_refused(string key) =>
        Assert.StartsWith("HTTP/1.1 400 ", await AnswerTo(key), StringComparison.Ordinal);

    /// <summary>RFC 6455, section 4.1, has it with bits that are no byte's.</summary>
    [Fact]
    public async Task The_key_of_the_standards_own_example_is_taken() =>
        Assert.StartsWith("HTTP/1.1 101 ", await AnswerTo("AQIDBAUGBwgJCgsMDQ4PEC=="), StringComparison.Ordinal);

    private static async Task<string> AnswerTo(string key)
    {
        await using var hub = await TestHub.Start();
        using var client = await Say(hub, Request(hub).Replace("cm9sbGNhbGwgYmVuY2hlcw==", key, StringComparison.Ordinal));
        return await Head(client);
    }

    /// <summary>Whatever its case: RFC 6455, section 4.2.1.</summary>
    [Theory]
    [InlineData("h2c, websocket")]
    [InlineData("WebSocket")]
    public async Task An_upgrade_to_one_of_several_protocols_is_to_the_one_there_is(string protocols)
    {
        await using var hub = await TestHub.Start();
        using var client = await Say(hub, Request(hub).Replace("Upgrade: websocket", $"Upgrade: {protocols}", StringComparison.Ordinal));

        Assert.StartsWith("HTTP/1.1 101 ", await Head(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_said_right_behind_the_request_is_heard()
    {
        await using var hub = await TestHub.Start();
        byte[] join = [0x81, 0x80 + 33, 0, 0, 0, 0, .. """["1","1","sessions","phx_join",{}]"""u8];
        using var client = await Say(hub, Request(hub), join);

        Assert.StartsWith("HTTP/1.1 101 ", await Head(client), StringComparison.Ordinal);
        var answer = new byte[512];
        var length = await client.ReceiveAsync(answer, TestContext.Current.CancellationToken);
        Assert.Contains("\"phx_reply\"", Encoding.UTF8.GetString(answer, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_in_pieces_is_served_by_the_web_server()
    {
        await using var hub = await TestHub.Start();
        var request = Request(hub);
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause *= 2)
        {
            var before = Entered(hub);
            using var client = await Say(hub, request[..40]);
            await Task.Delay(pause, TimeProvider.System, TestContext.Current.CancellationToken);
            await client.SendAsync(Encoding.ASCII.GetBytes(request[40..]), TestContext.Current.CancellationToken);

            Assert.StartsWith("HTTP/1.1 101 ", await Head(client), StringComparison.Ordinal);
            if (Entered(hub) == before)
            {
                return;
            }

            // A hub that is busy looks when both are there, and has no pieces before it.
            Assert.True(pause < TimeSpan.FromSeconds(5), "a request in pieces went past the web server");
        }
    }

    [Theory]
    [InlineData("GET {target} HTTP/1.0\r\nHost: {host}\r\n{upgrade}\r\n", "400")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n{upgrade}\r\n", "400")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nX: a\r\n b\r\n{upgrade}\r\n", "400")]
    [InlineData("GET {target} HTTP/1.1\r\nHost : {host}\r\n{upgrade}\r\n", "400")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nX: a\0b\r\n{upgrade}\r\n", "400")]
    [InlineData("GET {target} HTTP/1.1\r\n{upgrade}\r\n", "400")]
    [InlineData("POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n{upgrade}\r\n", "400")]
    [InlineData("GET http://{host}{target} HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n", "101")]
    [InlineData("GET /socket/websocket?vsn=2%2E0.0 HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n", "101")]
    [InlineData("GET /socket/websockets HTTP/1.1\r\nHost: {host}\r\n\r\n", "404")]
    [InlineData("GET /socket/websocket?vsn=1.0.0 HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n", "403")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: rebound.example\r\n{upgrade}\r\n", "403")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://elsewhere.example\r\n{upgrade}\r\n", "403")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer rlc_unknown_key\r\n{upgrade}\r\n", "401")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: keep-alive\r\n\r\n", "400")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For:\r\n{upgrade}\r\n", "401")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: \r\nHost: {host}\r\n{upgrade}\r\n", "400")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nOrigin:\r\n{upgrade}\r\n", "101")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nX: a\tb\r\n{upgrade}\r\n", "101")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nX:\ta\r\n{upgrade}\r\n", "101")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: keep-alive,\tUpgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cm9sbGNhbGwgYmVuY2hlcw==\r\n\r\n", "400")]
    [InlineData("GET {target} HTTP/1.1\r\nHost: [::1%25lo]:{port}\r\n{upgrade}\r\n", "400")]
    public async Task What_is_unusual_or_refused_is_answered_by_the_web_server(string request, string status)
    {
        await using var hub = await TestHub.Start();
        using var client = await Say(hub, request
            .Replace("{target}", Target, StringComparison.Ordinal)
            .Replace("{host}", hub.Address.Authority, StringComparison.Ordinal)
            .Replace("{port}", $"{hub.Address.Port}", StringComparison.Ordinal)
            .Replace("{upgrade}", Upgrade, StringComparison.Ordinal));

        Assert.StartsWith($"HTTP/1.1 {status} ", await Head(client), StringComparison.Ordinal);
        Assert.Equal(0, Entered(hub));
    }

    /// <summary>A plain upgrade has five, its host among them.</summary>
    [Theory]
    [InlineData(95, "101", 1)]
    [InlineData(96, "431", 0)]
    public async Task More_fields_than_the_web_server_takes_are_refused_on_either_way(int more, string status, int entered)
    {
        await using var hub = await TestHub.Start();
        using var client = await Say(hub, Request(hub, string.Concat(Enumerable.Range(0, more).Select(field => $"X-{field}: x\r\n"))));

        Assert.StartsWith($"HTTP/1.1 {status} ", await Head(client), StringComparison.Ordinal);
        Assert.Equal(entered, Entered(hub));
    }

    [Fact]
    public async Task Who_must_show_a_key_enters_with_it_and_not_without()
    {
        var (key, credential) = Key.Make(Scopes.Watch, null, null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: key);
        using var nobody = await Say(hub, Request(hub));
        using var somebody = await Say(hub, Request(hub, $"Authorization: Bearer {credential}\r\n"));

        Assert.StartsWith("HTTP/1.1 401 ", await Head(nobody), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 101 ", await Head(somebody), StringComparison.Ordinal);
        Assert.Equal(1, Entered(hub));
    }

    [Fact]
    public async Task More_connections_than_an_address_may_have_are_refused_on_either_way()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { MaxConnectionsPerAddress = 1 });
        using var first = await Say(hub, Request(hub));
        Assert.StartsWith("HTTP/1.1 101 ", await Head(first), StringComparison.Ordinal);
        using (var second = await Say(hub, Request(hub)))
        {
            Assert.StartsWith("HTTP/1.1 429 ", await Head(second), StringComparison.Ordinal);
        }

        first.Close();
        string head;
        do
        {
            using var third = await Say(hub, Request(hub));
            head = await Head(third);
        }
        while (!head.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_who_comes_in_as_the_hub_stops_is_left_behind()
    {
        for (var round = 0; round < 5; round++)
        {
            var hub = await TestHub.Start();
            var request = Request(hub);
            var clients = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Say(hub, request)));
            await hub.DisposeAsync();
            foreach (var client in clients)
            {
                await ToTheEnd(client).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                client.Dispose();
            }
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:7655", true)]
    [InlineData("https://127.0.0.1:7655", false)]
    [InlineData("http://127.0.0.1:7655 https://127.0.0.2:7655", false)]
    [InlineData("http://127.0.0.1:7655 https://127.0.0.1:7656", true)]
    public async Task Plain_text_never_gets_past_an_address_with_tls(string urls, bool direct)
    {
        await using var hub = await TestHub.Start();
        var services = hub.App.Services;
        using var factory = ActivatorUtilities.CreateInstance<ListenerFactory>(services, new RollcallOptions { Urls = urls.Split(' ') });

        Assert.Equal(direct, factory.IsPlain(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 7655)));
    }

    private static string Request(TestHub hub, string more = "") =>
        $"GET {Target} HTTP/1.1\r\nHost: {hub.Address.Authority}\r\n{more}{Upgrade}\r\n";

    private static long Entered(TestHub hub) => hub.App.Services.GetRequiredService<DirectDoor>().Entered;

    private static async Task<Socket> Say(TestHub hub, string request, byte[]? more = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", hub.Address.Port, TestContext.Current.CancellationToken);
        await socket.SendAsync(new ReadOnlyMemory<byte>([.. Encoding.Latin1.GetBytes(request), .. more ?? []]), TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task ToTheEnd(Socket client)
    {
        try
        {
            var rest = new byte[4096];
            while (await client.ReceiveAsync(rest, TestContext.Current.CancellationToken) > 0)
            {
                // What it was told before.
            }
        }
        catch (SocketException)
        {
            // Cut off.
        }
    }

    private static async Task<string> Head(Socket client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await client.ReceiveAsync(one, patience.Token) > 0)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
