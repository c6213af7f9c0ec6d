using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>The fleet after one event of the log: all that the next event needs to be folded. Immutable.</summary>
/// <param name="Seq">The event; 0 before the first.</param>
/// <param name="Time">Its time.</param>
/// <param name="Latest">The latest time of an event until then: a clock may have been set back.</param>
/// <param name="Lacks">The last event up to here that retention had removed when this was folded; 0 for none.</param>
/// <param name="Period">The aggregate.</param>
/// <param name="Sessions">The live sessions, the oldest first.</param>
public sealed record Moment(long Seq, DateTimeOffset Time, DateTimeOffset Latest, long Lacks, WorkPeriod Period, IReadOnlyList<Session> Sessions)
{
    /// <summary>Before the first event.</summary>
    public static Moment Begin(DateTimeOffset createdAt) => new(0, createdAt, DateTimeOffset.MinValue, 0, WorkPeriod.Begin(createdAt), []);

    /// <summary>Its compressed form: about a twentieth of what it takes as objects.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var compressed = new BrotliStream(bytes, CompressionLevel.Fastest))
        {
            var sessions = Sessions.Select(session => new MomentSession(session.View, [.. session.Tasks.Values])).ToArray();
            JsonSerializer.Serialize(compressed, new MomentForm(Seq, Time, Latest, Lacks, Period, sessions), MomentJson.Default.MomentForm);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads it back.</summary>
    public static Moment FromBytes(byte[] bytes)
    {
        using var plain = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
        var form = JsonSerializer.Deserialize(plain, MomentJson.Default.MomentForm)!;
        return new Moment(form.Seq, form.Time, form.Latest, form.Lacks, form.Period, [.. form.Sessions.Select(one =>
            new Session(one.View) { Tasks = one.Tasks.ToImmutableDictionary(task => task.TaskId) })]);
    }
}

/// <summary>What a moment says of a session; what only decisions need is not in it.</summary>
internal sealed record MomentSession(SessionView View, RunningTask[] Tasks);

/// <summary>A moment as it is kept.</summary>
internal sealed record MomentForm(long Seq, DateTimeOffset Time, DateTimeOffset Latest, long Lacks, WorkPeriod Period, MomentSession[] Sessions);

/// <summary>The JSON of moments; it never leaves the process.</summary>
[JsonSerializable(typeof(MomentForm))]
internal sealed partial class MomentJson : JsonSerializerContext;
