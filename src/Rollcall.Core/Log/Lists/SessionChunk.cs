using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log.Lists;

/// <summary>What lists know of a chunk of sessions, column by column: what a list looks at lies together.</summary>
internal sealed class SessionChunk : IChunk<SessionChunk>
{
    /// <summary>The kind of a slot that nobody has.</summary>
    private const byte Nobody = 0x1F;

    private const int StatusBits = 3;

    public SessionChunk()
    {
        UpdatedAt = new long[Slots.InChunk];
        CreatedAt = new long[Slots.InChunk];
        NameKey = new long[Slots.InChunk];
        Place = new int[Slots.InChunk];
        Kind = new byte[Slots.InChunk];
        Live = new Session?[Slots.InChunk];
        Kind.AsSpan().Fill(Nobody);
    }

    private SessionChunk(SessionChunk from)
    {
        UpdatedAt = from.UpdatedAt.AsSpan().ToArray();
        CreatedAt = from.CreatedAt.AsSpan().ToArray();
        NameKey = from.NameKey.AsSpan().ToArray();
        Place = from.Place.AsSpan().ToArray();
        Kind = from.Kind.AsSpan().ToArray();
        Live = from.Live.AsSpan().ToArray();
        Text = from.Text;
    }

    /// <summary>Milliseconds since 1970.</summary>
    public long[] UpdatedAt { get; }

    /// <summary>Milliseconds since 1970.</summary>
    public long[] CreatedAt { get; }

    /// <summary>See <see cref="SessionText.NameKey"/>.</summary>
    public long[] NameKey { get; }

    /// <summary>See <see cref="Places"/>.</summary>
    public int[] Place { get; }

    /// <summary>See <see cref="KindOf"/>; below 32.</summary>
    public byte[] Kind { get; }

    /// <summary>The sessions that live; an ended one's view is in the file.</summary>
    public Session?[] Live { get; }

    /// <summary>See <see cref="SessionText"/>.</summary>
    public TextChunk Text { get; set; } = TextChunk.Empty;

    public SessionChunk Copy() => new(this);

    public void Clear(int place) => (Kind[place], Live[place]) = (Nobody, null);

    /// <summary>Status and state in one.</summary>
    public static byte KindOf(SessionStatus status, SessionState state) => (byte)((int)status | ((int)state << StatusBits));

    public static SessionStatus StatusOf(byte kind) => (SessionStatus)(kind & ((1 << StatusBits) - 1));
}
