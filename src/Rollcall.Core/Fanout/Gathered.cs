namespace Rollcall.Core.Fanout;

/// <summary>What one connection is to be told next, until it is written. Lent to one pump at a time.</summary>
internal sealed class Gathered
{
    /// <summary>Room for slices that is kept; a replay needs more, once.</summary>
    private const int KeptSlices = 64;

    [ThreadStatic]
    private static Gathered? s_spare;

    private readonly List<ReadOnlyMemory<byte>> _write = [];
    private int _taken;
    private int _within;

    /// <summary>Finished bytes, in order.</summary>
    public List<ReadOnlyMemory<byte>> Slices { get; } = [];

    public static Gathered Rent()
    {
        var spare = s_spare ?? new Gathered();
        s_spare = null;
        return spare;
    }

    /// <summary>Gives it back, empty.</summary>
    public void Return()
    {
        if (Slices.Capacity <= KeptSlices)
        {
            s_spare = this;
        }
    }

    /// <summary>Whether it is more than so many bytes.</summary>
    public bool Exceeds(int bytes)
    {
        for (var i = 0; bytes >= 0 && i < Slices.Count; i++)
        {
            bytes -= Slices[i].Length;
        }

        return bytes < 0;
    }

    /// <summary>The slices of the next write, of so many bytes at most, so that a slow connection shows its progress; none at the end.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> NextWrite(int bytes)
    {
        _write.Clear();
        for (; bytes > 0 && _taken < Slices.Count; _taken++, _within = 0)
        {
            var rest = Slices[_taken][_within..];
            if (rest.Length > bytes)
            {
                _write.Add(rest[..bytes]);
                _within += bytes;
                return _write;
            }

            if (!rest.IsEmpty)
            {
                _write.Add(rest);
                bytes -= rest.Length;
            }
        }

        if (_write.Count == 0)
        {
            Slices.Clear();
            (_taken, _within) = (0, 0);
        }

        return _write;
    }
}
