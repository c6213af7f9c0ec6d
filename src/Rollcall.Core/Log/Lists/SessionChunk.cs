using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log.Lists;

/// <summary>
/// What lists know of a chunk of sessions, column by column, as what a list looks at lies together; and between what bounds
/// all of it lies, so that most lists look into few chunks.
/// </summary>
internal sealed class SessionChunk : IChunk<SessionChunk>
{
    /// <summary>The kind of a slot that nobody has.</summary>
    private const byte Nobody = 0x1F;

    private const int StatusBits = 3;

    private int taken;
    private uint kinds;

    public SessionChunk()
    {
        UpdatedAt = new long[Slots.InChunk];
        CreatedAt = new long[Slots.InChunk];
        Place = new int[Slots.InChunk];
        Kind = new byte[Slots.InChunk];
        Live = new Session?[Slots.InChunk];
        Kind.AsSpan().Fill(Nobody);
    }

    private SessionChunk(SessionChunk from)
    {
        UpdatedAt = from.UpdatedAt.AsSpan().ToArray();
        CreatedAt = from.CreatedAt.AsSpan().ToArray();
        Place = from.Place.AsSpan().ToArray();
        Kind = from.Kind.AsSpan().ToArray();
        Live = from.Live.AsSpan().ToArray();
        Text = from.Text;
        taken = from.taken;
        (kinds, Updates, Creations) = Measured();
    }

    /// <summary>Milliseconds since 1970.</summary>
    public long[] UpdatedAt { get; }

    /// <summary>Milliseconds since 1970.</summary>
    public long[] CreatedAt { get; }

    /// <summary>See <see cref="Places"/>.</summary>
    public int[] Place { get; }

    /// <summary>See <see cref="KindOf"/>; below 32.</summary>
    public byte[] Kind { get; }

    /// <summary>The sessions that live; an ended one's view is in the file.</summary>
    public Session?[] Live { get; }

    /// <summary>See <see cref="SessionText"/>.</summary>
    public TextChunk Text { get; set; } = TextChunk.Empty;

    /// <summary>No other kinds are in it, a bit each.</summary>
    public uint Kinds => taken < Slots.InChunk ? kinds | (1u << Nobody) : kinds;

    /// <summary>No times of change are outside of these.</summary>
    public Bounds Updates { get; private set; } = Bounds.None;

    /// <summary>No beginnings are outside of these.</summary>
    public Bounds Creations { get; private set; } = Bounds.None;

    public SessionChunk Copy() => new(this);

    public void Set(int at, int place, byte kind, long createdAt, long updatedAt, Session? live)
    {
        taken += Kind[at] == Nobody ? 1 : 0;
        (Place[at], Kind[at], CreatedAt[at], UpdatedAt[at], Live[at]) = (place, kind, createdAt, updatedAt, live);
        (kinds, Updates, Creations) = (kinds | (1u << kind), Updates.With(updatedAt), Creations.With(createdAt));
    }

    public void Clear(int at)
    {
        taken--;
        (Kind[at], Live[at]) = (Nobody, null);
    }

    /// <summary>Status and state in one.</summary>
    public static byte KindOf(SessionStatus status, SessionState state) => (byte)((int)status | ((int)state << StatusBits));

    public static SessionStatus StatusOf(int kind) => (SessionStatus)(kind & ((1 << StatusBits) - 1));

    /// <summary>The bounds as narrow as they are; changes only widen them.</summary>
    private (uint Kinds, Bounds Updates, Bounds Creations) Measured()
    {
        var (found, updates, creations) = (0u, Bounds.None, Bounds.None);
        for (var at = 0; at < Slots.InChunk; at++)
        {
            if (Kind[at] != Nobody)
            {
                (found, updates, creations) = (found | (1u << Kind[at]), updates.With(UpdatedAt[at]), creations.With(CreatedAt[at]));
            }
        }

        return (found, updates, creations);
    }
}

/// <summary>What a number lies between.</summary>
internal readonly record struct Bounds(long Least, long Greatest)
{
    public static readonly Bounds None = new(long.MaxValue, long.MinValue);

    public Bounds With(long number) => new(Math.Min(Least, number), Math.Max(Greatest, number));
}
