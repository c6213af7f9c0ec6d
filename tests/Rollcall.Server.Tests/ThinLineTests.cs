using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Rollcall.Server;
using Xunit;

namespace Rollcall.Server.Tests;

/// <summary>The line through every layer: a hook comes in, the hub decides, the log stores, the socket tells.</summary>
public sealed class ThinLineTests
{
    [Fact]
    public async Task A_hook_comes_in_and_a_socket_hears_of_the_session()
    {
        var cancel = TestContext.Current.CancellationToken;
        var data = Directory.CreateTempSubdirectory("rollcall-");
        await using var app = await RollcallServer.Build(
            new RollcallOptions { Urls = ["http://127.0.0.1:0"], Data = data.FullName }, TimeProvider.System);
        await app.StartAsync(cancel);
        var address = new Uri(app.Urls.First());

        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{address.Authority}/socket/websocket?vsn=2.0.0"), cancel);
        await socket.SendAsync("""["1","1","sessions","phx_join",{}]"""u8.ToArray(), WebSocketMessageType.Text, true, cancel);
        Assert.StartsWith("""["1","1","sessions","phx_reply",{"status":"ok","response":{"epoch":""", await Next(socket, cancel), StringComparison.Ordinal);

        using var http = new HttpClient { BaseAddress = address };
        using var answer = await http.PostAsJsonAsync(
            "/ingest/hooks/claude-code",
            new { session_id = "b7a1", cwd = "/home/ada/shop", hook_event_name = "SessionStart", source = "startup" },
            cancel);
        Assert.Equal(System.Net.HttpStatusCode.NoContent, answer.StatusCode);

        Assert.StartsWith("""[null,null,"sessions","session_created",""", await Next(socket, cancel), StringComparison.Ordinal);
        Assert.StartsWith("""[null,null,"sessions","session_status",{"status":"idle","previous_status":"initializing",""", await Next(socket, cancel), StringComparison.Ordinal);
        await app.StopAsync(cancel);
    }

    private static async Task<string> Next(ClientWebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
