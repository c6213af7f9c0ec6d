using System.Buffers;
using System.Runtime.InteropServices;

namespace Rollcall.Core.Fanout;

/// <summary>
/// The seam to a client's protocol: how an event, and a state that replaces a client's own, become bytes on its
/// connection. Stateless; one instance serves every connection of its protocol.
/// </summary>
public interface ICodec
{
    /// <summary>
    /// Writes what everybody who hears the topic is told of an event: one finished frame as a rule, several where the
    /// protocol says it in several, nothing where it has no word for it.
    /// </summary>
    void WriteEvent(IBufferWriter<byte> frames, Topic topic, Publication told);

    /// <summary>The codec of events that are told to one subscriber alone, for whom it is not worth the trouble that is taken for many.</summary>
    ICodec ForOne => this;

    /// <summary>
    /// Finished messages that bring one subscriber, which has fallen behind, to a state: a word of its own for that, or
    /// the state in the protocol's ordinary events where there is no such word.
    /// </summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot);

    /// <summary>What tells the other side to come back after so many milliseconds; empty where the protocol cannot say it.</summary>
    ReadOnlyMemory<byte> Farewell(int reconnectAfterMs);
}

/// <summary>The state of what a selection hears, as of a sequence number: encoded once, shared by all who ask.</summary>
/// <param name="Epoch">The log's epoch.</param>
/// <param name="Seq">Everything up to here is included.</param>
/// <param name="Parts">The state, UTF-8 JSON, in parts: of one topic alone it is one, a whole array.</param>
public sealed record Snapshot(string Epoch, long Seq, IReadOnlyList<ReadOnlyMemory<byte>> Parts)
{
    /// <summary>The state of one topic.</summary>
    public Snapshot(string epoch, long seq, ReadOnlyMemory<byte> json)
        : this(epoch, seq, [json])
    {
    }

    /// <summary>Where it is counted among the states that are held; null where it is not.</summary>
    internal Weight? Weight { get; init; }

    /// <summary>Counts what a codec made of it, which those who are told that hold in its place.</summary>
    public void Count(ReadOnlyMemory<byte> form)
    {
        if (MemoryMarshal.TryGetArray(form, out var held))
        {
            Weight?.Add(held.Array!);
        }
    }

    /// <summary>The state as one text.</summary>
    public ReadOnlyMemory<byte> Json => Parts is [var one] ? one : Parts.SelectMany(part => part.ToArray()).ToArray();
}
