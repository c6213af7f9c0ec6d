using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Bench.Soak;

/// <summary>What each topic must have told, from the whole log as <c>GET /api/v1/events</c> has it.</summary>
internal sealed class LogSums
{
    private const int Page = 1000;

    private static readonly string[] OfSessions = ["session_created", "session_status", "session_updated", "session_terminated"];

    private readonly Dictionary<string, List<(long Seq, ulong Sum)>> _topics;

    public LogSums(IEnumerable<string> topics) =>
        _topics = topics.Distinct().ToDictionary(topic => topic, _ => new List<(long, ulong)> { (0, 0) });

    /// <summary>Where the log has a gap; null for nowhere.</summary>
    public string? Broken { get; private set; }

    public long Head { get; private set; }

    /// <summary>Stands for one event: its place, its name and its bytes. Differs from run to run.</summary>
    public static ulong Of(long seq, string name, ReadOnlySpan<byte> payload)
    {
        var print = new HashCode();
        print.Add(seq);
        print.Add(name);
        print.AddBytes(payload);
        return ((ulong)seq * 0x9E3779B97F4A7C15) ^ (uint)print.ToHashCode();
    }

    /// <summary>Reads on to where the log ends now.</summary>
    public async Task ReadOn(Uri hub)
    {
        using var client = new HubClient(hub);
        for (long end = -1; Head != end;)
        {
            var page = await client.Events(Head, Page);
            end = page.GetProperty("head").GetInt64();
            foreach (var entry in page.GetProperty("events").EnumerateArray())
            {
                Add(entry.GetProperty("event").GetString()!, entry.GetProperty("payload"));
            }
        }
    }

    /// <summary>How many events a stretch lacks, or 1 when it has as many, but others.</summary>
    public long Lost(string topic, Stretch stretch)
    {
        var (from, to) = (At(topic, stretch.After), At(topic, stretch.UpTo));
        var lacking = Math.Abs(to - from - stretch.Count);
        return lacking == 0 && _topics[topic][to].Sum - _topics[topic][from].Sum != stretch.Sum ? 1 : lacking;
    }

    /// <summary>How many events a topic has behind a number, up to another.</summary>
    public long Between(string topic, long after, long upTo) => Math.Max(0, At(topic, upTo) - At(topic, after));

    /// <summary>How many events a topic has up to a number.</summary>
    private int At(string topic, long seq)
    {
        var place = _topics[topic].BinarySearch((seq, ulong.MaxValue));
        return (place < 0 ? ~place : place + 1) - 1;
    }

    private void Add(string name, JsonElement payload)
    {
        var seq = payload.GetProperty("seq").GetInt64();
        Broken ??= seq == Head + 1 ? null : $"the log goes from {Head} to {seq}";
        Head = seq;

        // The HTTP API escapes less than what is told; written anew, it is the same.
        var print = Of(seq, name, JsonSerializer.SerializeToUtf8Bytes(payload));
        var session = payload.TryGetProperty("session_id", out var id) ? "session:" + id.GetString() : null;
        foreach (var (topic, sums) in _topics)
        {
            var hears = topic switch
            {
                "*" => name != "stream_output",
                "sessions" => OfSessions.Contains(name),
                _ => topic == session && name != "session_created",
            };
            if (hears)
            {
                sums.Add((seq, sums[^1].Sum + print));
            }
        }
    }
}
