using System.Net.ServerSentEvents;
using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>Watches over server-sent events, coming back with the last event's id as a browser does.</summary>
internal sealed class StreamWatcher(Uri hub, string topics, Func<string, JsonElement, bool> hears) : Watcher($"stream {topics}", hears)
{
    private string? _lastId;

    public override async Task Run(CancellationToken stop)
    {
        using var http = new HttpClient();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Follow(http, stop);
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException or OperationCanceledException)
            {
                // The hub was killed, or the end has come.
            }

            // Also when there is nobody to connect to: the hub needs the processor to start.
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task Follow(HttpClient http, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(hub, "/api/v1/events/stream?topics=" + Uri.EscapeDataString(topics)));
        if (_lastId is { } id)
        {
            request.Headers.Add("Last-Event-ID", id);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (!response.IsSuccessStatusCode)
        {
            return;
        }

        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync(stop), (name, data) => data.ToArray());
        var first = true;
        await foreach (var item in parser.EnumerateAsync(stop))
        {
            var payload = JsonElement.Parse(item.Data);
            _lastId = item.EventId ?? _lastId;
            if (item.EventType == "reset")
            {
                Begin(new Cursor(payload.GetProperty("epoch").GetString()!, payload.GetProperty("seq").GetInt64()));
            }
            else
            {
                Resumed += first && _lastId is not null ? 1 : 0;
                Hear(payload.GetProperty("seq").GetInt64(), item.EventType, item.Data);
            }

            first = false;
        }
    }
}
