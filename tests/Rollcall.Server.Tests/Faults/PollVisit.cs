using System.Text.Json;

namespace Rollcall.Server.Tests.Faults;

/// <summary>One connection over the long poll. The log tells everything; what the topic does not tell is passed over.</summary>
internal static class PollVisit
{
    public static async Task Run(Stage stage, Ear ear, Visit visit, CancellationToken cancel)
    {
        using var http = new HttpClient(stage.Lines(visit.Plan)) { BaseAddress = stage.Address(visit.Tls) };
        for (var after = ear.Known; !visit.IsDone();)
        {
            var page = JsonElement.Parse(await http.GetByteArrayAsync(
                new Uri($"/api/v1/events?after={Math.Max(after, 0)}&limit={1 + (after % 300)}&wait=1", UriKind.Relative), cancel));
            if (after < page.GetProperty("pruned_to").GetInt64())
            {
                return; // It would need the state, which the other transports give.
            }

            foreach (var entry in page.GetProperty("events").EnumerateArray())
            {
                var told = stage.Keep(Told.Read(entry.GetProperty("event").GetString()!, entry.GetProperty("payload")));
                if (ear.IsFor(told))
                {
                    ear.Hear(told);
                }
            }

            after = page.GetProperty("seq").GetInt64();
        }
    }
}
