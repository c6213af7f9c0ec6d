using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Rollcall.Bench.Load;

/// <summary>A connection whose socket the poller looks at.</summary>
internal interface IPolled
{
    /// <summary>Something has arrived, there is room to send, or the connection has ended.</summary>
    void Ready(Span<byte> buffer);
}

/// <summary>One <c>epoll</c> for all connections of the load client; it is used by one thread.</summary>
internal sealed class Poller : IDisposable
{
    /// <summary>What a connection receives into; nothing stays in it.</summary>
    public const int BufferLength = 256 * 1024;

    private const int Add = 1;
    private const int Remove = 2;
    private const int Modify = 3;
    private const uint Readable = 1;
    private const uint Writable = 4;
    private const int Room = 512;

    /// <summary>The kernel's <c>struct epoll_event</c> is packed on x64 alone.</summary>
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static readonly int DataAt = Packed ? 4 : 8;
    private static readonly int Stride = Packed ? 12 : 16;

    private readonly int _handle = Native.EpollCreate(0);
    private readonly byte[] _events = new byte[Room * Stride];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
    private IPolled?[] _polled = new IPolled?[1024];

    /// <summary>Looks at a connection that is about to be made.</summary>
    public void AddConnecting(int socket, IPolled polled)
    {
        if (socket >= _polled.Length)
        {
            Array.Resize(ref _polled, Math.Max(socket + 1, _polled.Length * 2));
        }

        _polled[socket] = polled;
        Control(Add, socket, Writable);
    }

    /// <summary>From now on only what arrives is of interest.</summary>
    public void WaitToRead(int socket) => Control(Modify, socket, Readable);

    /// <summary>Nothing more is read from a connection until <see cref="WaitToRead"/>; its end is still noticed.</summary>
    public void Ignore(int socket) => Control(Modify, socket, 0);

    public void Forget(int socket)
    {
        if (_polled[socket] is not null)
        {
            _polled[socket] = null;
            Control(Remove, socket, 0);
        }
    }

    /// <summary>Looks once, waiting so long at most, and lets those act that are ready.</summary>
    public void Turn(int milliseconds)
    {
        Turning?.Invoke();
        var count = Native.EpollWait(_handle, ref _events[0], Room, milliseconds);
        for (var i = 0; i < count; i++)
        {
            var socket = BinaryPrimitives.ReadInt32LittleEndian(_events.AsSpan((i * Stride) + DataAt));
            _polled[socket]?.Ready(_buffer);
        }
    }

    /// <summary>Called at the beginning of each turn, before it waits: what is to be sent goes now.</summary>
    public event Action? Turning;

    public void Dispose() => _ = Native.Close(_handle);

    private void Control(int operation, int socket, uint events)
    {
        Span<byte> wanted = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, events);
        BinaryPrimitives.WriteInt32LittleEndian(wanted[DataAt..], socket);
        if (Native.EpollControl(_handle, operation, socket, ref wanted[0]) != 0)
        {
            throw new IOException($"epoll_ctl: error {Marshal.GetLastPInvokeError()}");
        }
    }
}
