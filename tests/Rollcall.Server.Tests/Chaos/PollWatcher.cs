using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>Watches the whole log by long polls, each from where the last one ended.</summary>
internal sealed class PollWatcher(Uri hub) : HttpWatcher(hub, "long poll", (_, _) => true)
{
    private Cursor? _cursor;

    protected override async Task Follow(HttpClient http, CancellationToken stop)
    {
        for (var resumes = _cursor is not null; ; resumes = false)
        {
            var page = JsonElement.Parse(await http.GetByteArrayAsync(
                new Uri($"/api/v1/events?after={_cursor?.After ?? 0}&wait=30", UriKind.Relative), stop));
            var epoch = page.GetProperty("epoch").GetString()!;
            if (_cursor?.Epoch != epoch)
            {
                Begin(_cursor = new Cursor(epoch, _cursor?.After ?? 0));
            }

            Resumed += resumes ? 1 : 0;
            foreach (var entry in page.GetProperty("events").EnumerateArray())
            {
                var payload = entry.GetProperty("payload");
                Hear(payload.GetProperty("seq").GetInt64(), entry.GetProperty("event").GetString()!, JsonSerializer.SerializeToUtf8Bytes(payload));
            }

            _cursor = _cursor with { After = page.GetProperty("seq").GetInt64() };
        }
    }
}
