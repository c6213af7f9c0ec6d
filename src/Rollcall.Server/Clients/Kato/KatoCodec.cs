using System.Buffers;
using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;

namespace Rollcall.Server.Clients.Kato;

/// <summary>
/// KATO's side of the seam. It has no word for "your state is old": who has fallen behind is told the last change of the
/// number of sessions and the alerts that nobody has acknowledged; the figures tell the whole state every time.
/// </summary>
/// <param name="figures">The parts of <c>realtime_update</c> that are wanted.</param>
internal sealed class KatoCodec(KatoTopics figures) : ICodec
{
    public void WriteEvent(IBufferWriter<byte> frames, Topic topic, Publication told)
    {
        switch (told.Happened)
        {
            case RealtimeUpdate e:
                WriteFigures(frames, e);
                break;
            case SessionCountChanged e:
                WriteCount(frames, e);
                break;
            case SystemAlert e:
                KatoFrames.Alert(frames, e);
                break;
            default:
                break;
        }
    }

    /// <summary>Writes the parts that are wanted and there; nothing when there is none.</summary>
    public void WriteFigures(IBufferWriter<byte> frames, RealtimeUpdate update)
    {
        var containers = figures.HasFlag(KatoTopics.Containers) ? update.Containers : null;
        var sessions = figures.HasFlag(KatoTopics.Sessions) ? KatoMetrics.Counts(update) : null;
        if (figures.HasFlag(KatoTopics.Metrics) || containers is not null || sessions is not null)
        {
            KatoFrames.Realtime(frames, update, figures.HasFlag(KatoTopics.Metrics), containers, sessions);
        }
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot)
    {
        var frames = new ArrayBufferWriter<byte>(1024);
        using var state = JsonDocument.Parse(snapshot.Json);
        if (state.RootElement.TryGetProperty("session_events", out var counts))
        {
            // Newest first.
            var last = counts.EnumerateArray().Select(told => told.Deserialize(ProtocolJson.Default.SessionCountChanged)!)
                .FirstOrDefault(told => told.Source == SourceCount.Own);
            if (last is not null)
            {
                WriteCount(frames, last);
            }
        }

        if (state.RootElement.TryGetProperty("alerts", out var alerts))
        {
            foreach (var open in alerts.EnumerateArray().Where(open => open.GetProperty("acknowledged_by").ValueKind == JsonValueKind.Null))
            {
                KatoFrames.Alert(frames, open.Deserialize(ProtocolJson.Default.SystemAlert)!);
            }
        }

        return [frames.WrittenMemory];
    }

    /// <summary>It cannot say when to come back: its clients try after 1, 2, 4, 8, 16 s and every 30 s, ten times.</summary>
    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => default;

    /// <summary>Its words are about the hub's own sessions: another source's count would be taken for theirs.</summary>
    private static void WriteCount(IBufferWriter<byte> frames, SessionCountChanged told)
    {
        if (told.Source == SourceCount.Own)
        {
            KatoFrames.Count(frames, told);
        }
    }
}
