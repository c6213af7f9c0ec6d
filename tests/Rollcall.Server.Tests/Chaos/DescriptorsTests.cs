using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>A hub that is given few file descriptors.</summary>
public sealed class DescriptorsTests
{
    [Fact]
    public async Task More_connections_than_it_has_descriptors_for_do_not_end_the_hub()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no such limit");
        var cancel = TestContext.Current.CancellationToken;
        await using var hub = new HubProcess { Descriptors = 400 };
        hub.Launch();
        await hub.Ready();

        var silent = new List<TcpClient>();
        for (var i = 0; i < 600; i++)
        {
            silent.Add(new TcpClient());
            await silent[^1].ConnectAsync(IPAddress.Loopback, hub.Url.Port, cancel);
        }

        // The last was not let in, and is told so by the end of its connection.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await silent[^1].GetStream().ReadAsync(new byte[1], patience.Token));

        silent.ForEach(connection => connection.Dispose());
        await hub.Ready();
        using var http = new HttpClient { BaseAddress = hub.Url };
        using var created = await http.PostAsJsonAsync("/api/v1/sessions", new { id = "a" }, cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }
}
