namespace Rollcall.Core.Log.Lists;

/// <summary>
/// A set of slots, a bit each, in pieces: in one, that of a million slots would be a large object for the runtime, which only
/// a collection of the whole heap takes back.
/// </summary>
internal sealed class SlotSet(int chunks)
{
    /// <summary>Chunks in a piece, which is 8 KB.</summary>
    private const int Piece = 256;

    private const uint Bits = Piece * Slots.InChunk;

    private readonly ulong[][] pieces =
        [.. Enumerable.Range(0, (chunks + Piece - 1) / Piece).Select(_ => new ulong[Piece * Slots.Words])];

    public bool IsEmpty => !Array.Exists(pieces, piece => piece.AsSpan().ContainsAnyExcept(0UL));

    /// <summary>The words of a chunk.</summary>
    public Span<ulong> In(int chunk) => pieces[chunk / Piece].AsSpan(chunk % Piece * Slots.Words, Slots.Words);

    /// <summary>1 when it has a slot, else 0; asked for each session of a list.</summary>
    public ulong this[int slot] => pieces[(uint)slot / Bits][(uint)slot % Bits / 64] >> slot & 1;
}
