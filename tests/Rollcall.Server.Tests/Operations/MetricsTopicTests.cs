using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Server.Tests.Operations;

/// <summary>What watches the fleet, heard over a real socket.</summary>
public sealed class MetricsTopicTests
{
    [Fact]
    public async Task A_watcher_hears_of_a_task_at_once_of_the_count_within_the_window_and_of_the_machine_every_3_s()
    {
        var cancel = TestContext.Current.CancellationToken;
        var began = Stopwatch.StartNew();
        var data = Directory.CreateTempSubdirectory("rollcall-metrics-");
        await using (var app = await RollcallServer.Build(
            new RollcallOptions { Urls = ["http://127.0.0.1:0"], Data = data.FullName, DockerSocket = "" }, TimeProvider.System))
        {
            await app.StartAsync(cancel);
            var hub = app.Services.GetRequiredService<SessionHub>();
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri($"ws://{new Uri(app.Urls.First()).Authority}/socket/websocket?vsn=2.0.0"), cancel);
            await socket.SendAsync("""["1","1","metrics","phx_join",{}]"""u8.ToArray(), WebSocketMessageType.Text, true, cancel);
            await socket.SendAsync("""["2","2","sessions","phx_join",{"events":["session_event"]}]"""u8.ToArray(), WebSocketMessageType.Text, true, cancel);
            await Until(socket, "phx_reply", cancel);
            await Until(socket, "phx_reply", cancel);

            var since = Stopwatch.StartNew();
            await hub.Submit([new CreateSession { SessionId = "a" }, new StartTask { SessionId = "a", TaskId = "t" }]);
            Assert.Equal(1, (await Until(socket, "session_update", cancel)).GetProperty("tasks_running").GetInt32());
            var counted = await Until(socket, "session_event", cancel);
            Assert.Equal((0, 1, 0), (counted.GetProperty("previous_count").GetInt32(), counted.GetProperty("current_count").GetInt32(), counted.GetProperty("seq").GetInt64()));
            Assert.True(since.Elapsed > TimeSpan.FromMilliseconds(90), "the count is told when its window ends");

            // One that was on its way before the command does not count it yet.
            var realtime = await Until(socket, "realtime_update", cancel, update => update.GetProperty("metrics").GetProperty("commands_total").GetInt32() > 0);
            Assert.Equal(1, realtime.GetProperty("sessions").GetProperty("active_count").GetInt32());
            Assert.Equal(1, realtime.GetProperty("metrics").GetProperty("connections").GetInt32());
            Assert.Equal(2, realtime.GetProperty("metrics").GetProperty("commands_total").GetInt32());
            await Until(socket, "realtime_update", cancel);
            Assert.True(began.Elapsed > TimeSpan.FromSeconds(2.9), "between two is the time that is configured");
            await app.StopAsync(cancel);
        }

        data.Delete(recursive: true);
    }

    private static async Task<JsonElement> Until(ClientWebSocket socket, string name, CancellationToken cancel, Func<JsonElement, bool>? wanted = null)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            var frame = JsonDocument.Parse(Encoding.UTF8.GetString(buffer, 0, received.Count)).RootElement;
            if (frame[3].GetString() == name && wanted?.Invoke(frame[4]) != false)
            {
                return frame[4];
            }
        }
    }
}
