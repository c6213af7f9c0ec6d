using System.Buffers;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// What TLS made for several connections, one behind the other, until it is sent. Each thread that pumps has one, which is
/// empty again at the end of its turn.
/// </summary>
internal sealed class HeldRecords
{
    /// <summary>Enough for 32 connections that lack an event or a dozen; it has to stay in the processor's caches.</summary>
    private const int Bytes = 128 * 1024;

    /// <summary>What is larger costs so much to encrypt that holding it saves nothing.</summary>
    private const int MostOfOne = 8 * 1024;

    /// <summary>More than TLS adds to that, but for records much shorter than usual: for those the buffer grows.</summary>
    private const int Overhead = 1024;

    [ThreadStatic]
    private static HeldRecords? s_ofThisThread;

    private ArrayBufferWriter<byte>? _bytes;
    private TlsOutput? _owner;
    private int _from;
    private int _connections;

    public static HeldRecords OfThisThread => s_ofThisThread ??= new HeldRecords();

    /// <summary>Keeps some bytes if they are of the connection that this thread is holding.</summary>
    public static bool TryKeep(TlsOutput of, ReadOnlySpan<byte> bytes) => s_ofThisThread?.Keep(of, bytes) == true;

    public ReadOnlyMemory<byte> this[Range held] => _bytes!.WrittenMemory[held];

    /// <summary>Keeps what a connection writes from now on; false when there is no room for so many bytes and what TLS adds.</summary>
    public bool TryBegin(TlsOutput owner, int length)
    {
        _bytes ??= new ArrayBufferWriter<byte>(Bytes);
        if (length > MostOfOne || _bytes.FreeCapacity < length + Overhead)
        {
            return false;
        }

        (_owner, _from) = (owner, _bytes.WrittenCount);
        _connections++;
        return true;
    }

    /// <summary>Where what was kept since lies.</summary>
    public Range End()
    {
        _owner = null;
        return _from.._bytes!.WrittenCount;
    }

    private bool Keep(TlsOutput of, ReadOnlySpan<byte> bytes)
    {
        if (_owner != of)
        {
            return false;
        }

        _bytes!.Write(bytes);
        return true;
    }

    /// <summary>One connection's are not needed any more; there is room for others when that is so of all.</summary>
    public void Done()
    {
        if (--_connections == 0)
        {
            _bytes!.ResetWrittenCount();
        }
    }
}
