using System.Net.ServerSentEvents;
using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>Watches over server-sent events, coming back with the last event's id as a browser does.</summary>
internal sealed class StreamWatcher(Uri hub, string topics, Func<string, JsonElement, bool> hears) : HttpWatcher(hub, $"stream {topics}", hears)
{
    private string? _lastId;

    protected override async Task Follow(HttpClient http, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/events/stream?topics=" + Uri.EscapeDataString(topics), UriKind.Relative));
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
