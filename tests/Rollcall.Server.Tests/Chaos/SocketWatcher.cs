using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>Watches over the socket with the .NET client.</summary>
internal sealed class SocketWatcher(Uri hub, string topic, Func<string, JsonElement, bool> hears) : Watcher($"socket {topic}", hears)
{
    public override async Task Run(CancellationToken stop)
    {
        var options = new ConnectionOptions
        {
            Hub = hub, FirstRetry = TimeSpan.FromMilliseconds(20), LastRetry = TimeSpan.FromMilliseconds(300),
        };
        try
        {
            await using var connection = await Connect(options, stop);
            await using var subscription = connection.Join(topic);
            await foreach (var message in subscription.Messages(stop))
            {
                switch (message)
                {
                    case TopicMessage.Snapshot or TopicMessage.Resync:
                        Begin(message.Cursor);
                        break;
                    case TopicMessage.Resumed:
                        Resumed++;
                        break;
                    case TopicMessage.Event told:
                        Hear(told.Happened.Seq, told.Happened.EventName, told.Payload);
                        break;
                    default:
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    /// <summary>The client's first connection is not retried by itself, and the hub may have just been killed.</summary>
    private static async Task<RollcallConnection> Connect(ConnectionOptions options, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await RollcallConnection.Connect(options, stop);
            }
            catch (System.Net.WebSockets.WebSocketException)
            {
                await Task.Delay(options.LastRetry, TimeProvider.System, stop);
            }
        }
    }
}
