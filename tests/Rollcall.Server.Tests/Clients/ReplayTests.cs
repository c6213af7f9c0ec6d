using System.Buffers;
using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Clients.Jidoka;
using Rollcall.Server.Clients.Kato;
using Rollcall.Server.Clients.Orc;
using Rollcall.Server.Tests.Protocol;

namespace Rollcall.Server.Tests.Clients;

/// <summary>An existing client is told the same of an event that was just decided and of the same event as the log has it.</summary>
public sealed class ReplayTests
{
    public static TheoryData<string> Clients => [.. Codecs.Keys];

    private static readonly Dictionary<string, ICodec> Codecs = new()
    {
        ["orc"] = new OrcCodec(TimeProvider.System),
        ["jidoka"] = JidokaCodec.Instance,
        ["agentcmd"] = new AgentcmdCodec(),
        ["kato"] = new KatoCodec(KatoTopics.All),
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public void What_is_told_at_once_and_what_is_read_from_the_log_are_the_same_bytes(string client)
    {
        var frames = 0;
        foreach (var sample in SampleEvents.All.Select(sample => sample.Happened))
        {
            // Finer than the millisecond of the wire, as the clock gives it.
            var happened = sample with { Time = sample.Time.AddTicks(4_321) };
            var entry = new LogEntry(happened.Seq, happened.Time, happened.EventName, "a", "web", 1, EventNames.Payload(happened));
            var (live, replayed) = (Told(client, Publication.Of(entry, happened)), Told(client, Publication.Of(entry)));
            Assert.Equal(live, replayed);
            frames += live.Length > 0 ? 1 : 0;
        }

        Assert.True(frames > 2);
    }

    private static byte[] Told(string client, Publication told)
    {
        var frames = new ArrayBufferWriter<byte>();
        Codecs[client].WriteEvent(frames, Topic.Parse("sessions")!, told);
        return frames.WrittenSpan.ToArray();
    }
}
