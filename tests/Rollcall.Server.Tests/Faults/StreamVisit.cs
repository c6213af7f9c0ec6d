using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Rollcall.Server.Tests.Faults;

/// <summary>One connection over server-sent events.</summary>
internal static class StreamVisit
{
    public static async Task Run(Stage stage, Ear ear, Visit visit, CancellationToken cancel)
    {
        using var http = new HttpClient(stage.Lines(visit.Plan));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(stage.Address(visit.Tls), "/api/v1/events/stream?topics=" + Uri.EscapeDataString(ear.Topic)));
        if (ear.Cursor(visit.Claim) is { } cursor)
        {
            request.Headers.Add("Last-Event-ID", cursor);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
        {
            return; // It restarts.
        }

        response.EnsureSuccessStatusCode();
        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync(cancel), (name, data) => JsonElement.Parse(data));
        var first = true;
        await foreach (var item in parser.EnumerateAsync(cancel))
        {
            Take(stage, ear, visit, item, first);
            first = false;
            if (visit.IsDone())
            {
                return;
            }
        }
    }

    private static void Take(Stage stage, Ear ear, Visit visit, SseItem<JsonElement> item, bool first)
    {
        if (item.EventType == "reset" && first && (visit.Claim != Claim.Own || ear.Known < 0))
        {
            ear.StartsAnew(visit.Claim, item.Data);
        }
        else if (item.EventType == "reset")
        {
            // Even as the first thing: it may have been let go on, and then been too slow.
            ear.Resyncs(item.Data);
        }
        else
        {
            if (first)
            {
                ear.Resumes(visit.Claim);
            }

            ear.Hear(stage.Keep(Told.Read(item.EventType, item.Data)));
        }

        if (item.EventId is { } id && id != ear.Cursor(Claim.Own))
        {
            ear.Complain($"got the id {id} with {item.EventType} and knows {ear.Known}");
        }
    }
}
