using System.Buffers;

namespace Rollcall.Core.Fanout;

/// <summary>
/// The seam to a client's protocol: how an event, and a state that replaces a client's own, become bytes on its
/// connection. Stateless; one instance serves every connection of its protocol.
/// </summary>
public interface ICodec
{
    /// <summary>Writes one finished frame that is right for everybody who hears the topic.</summary>
    void WriteEvent(IBufferWriter<byte> frame, Topic topic, Publication told);

    /// <summary>The codec of events that are told to one subscriber alone, for whom it is not worth the trouble that is taken for many.</summary>
    ICodec ForOne => this;

    /// <summary>A finished message that tells one subscriber to replace what it knows.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot);
}

/// <summary>The state of what a selection hears, as of a sequence number: encoded once, shared by all who ask.</summary>
/// <param name="Epoch">The log's epoch.</param>
/// <param name="Seq">Everything up to here is included.</param>
/// <param name="Json">The state, UTF-8 JSON.</param>
public sealed record Snapshot(string Epoch, long Seq, ReadOnlyMemory<byte> Json);
