using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Core.Fleet;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Clients.Agentcmd;

/// <summary>A key limited to a project subscribes to its session, which becomes another project's while it is looked for in the log.</summary>
public sealed class AgentcmdRaceTests : IAsyncLifetime
{
    private static readonly Principal Limited = Key.Make(Scopes.All, ["shop"], null, null, DateTimeOffset.UnixEpoch).Key.ToPrincipal();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Hub.Submit([new CreateSession { SessionId = "a", Project = "shop" }, new TerminateSession { SessionId = "a" }]);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("bank", """{"channel":"session:a","type":"subscribe"}""", "error Session not found")]
    [InlineData("bank", """{"channel":"global","type":"subscribe","data":{"channels":["session:a"]}}""", "subscription_error Access denied to session")]
    [InlineData("shop", """{"channel":"session:a","type":"subscribe"}""", "subscribe_success ")]
    public async Task It_hears_of_a_life_that_it_may_see_and_of_no_other(string project, string subscribe, string answer)
    {
        var (client, transport) = await DirectPair.Open();
        await using var stream = new NetworkStream(client, ownsSocket: true);
        using var socket = WebSocket.CreateFromStream(stream, isServer: false, null, Timeout.InfiniteTimeSpan);
        var protocol = new AgentcmdProtocol(Parts(project));
        var served = protocol.Connect(transport, _hub.Hub.Fanout.Open(transport, protocol.Codec), Limited, deflates: false).Run();
        Assert.Equal("connected", (await Next(socket)).Type());

        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(subscribe).AsMemory(), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

        var heard = await Next(socket);
        Assert.Equal(answer, $"{heard.Type()} {heard.Data("error")}");
        Assert.Equal(project == "shop", _hub.Hub.Fanout.HasListeners("session:a"));
        if (project == "shop")
        {
            Assert.Equal("second", (await Next(socket)).Data("name"));
        }

        await stream.DisposeAsync();
        await served;
    }

    /// <summary>The surroundings of a connection, where a life begins while the log is read.</summary>
    private SocketParts Parts(string project)
    {
        var services = _hub.App.Services;
        var log = new FaultyLog(_hub.Log) { AfterFind = () => _hub.Hub.Submit(new CreateSession { SessionId = "a", Project = project, Name = "second", Revive = true }).AsTask() };
        return new SocketParts(
            _hub.Hub, log, ActivatorUtilities.CreateInstance<Door>(services, log), services.GetRequiredService<EndAudit>(), services.GetRequiredService<UnfinishedInput>(),
            services.GetRequiredService<FeatureFlags>(), false, TimeProvider.System, NullLogger.Instance);
    }

    private static async Task<JsonElement> Next(WebSocket socket)
    {
        var buffer = new byte[16 * 1024];
        var read = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, read.Count));
    }
}
