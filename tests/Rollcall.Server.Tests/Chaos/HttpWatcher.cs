using System.Net.Sockets;
using System.Text.Json;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>Watches by HTTP requests, and comes back whenever one fails.</summary>
internal abstract class HttpWatcher(Uri hub, string name, Func<string, JsonElement, bool> hears) : Watcher(name, hears)
{
    public override async Task Run(CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = hub };
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Follow(http, stop);
            }
            catch (Exception lost) when (lost is HttpRequestException or SocketException or IOException or OperationCanceledException)
            {
                // The hub was killed, or the end has come.
            }

            // Also when there is nobody to connect to: the hub needs the processor to start.
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Watches from where it was, until the hub is gone or the end has come.</summary>
    protected abstract Task Follow(HttpClient http, CancellationToken stop);
}
