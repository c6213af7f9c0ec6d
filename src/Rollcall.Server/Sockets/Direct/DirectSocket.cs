using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// A connection's socket, whose sends ask the kernel at once: .NET's own look at several objects of each socket, and who
/// tells thousands of connections finds none of them in the processor's caches (a delivery costs a tenth more by them).
/// Sent to by one pump at a time, closed from any thread. A field of its owner, never copied.
/// </summary>
internal struct DirectSocket
{
    private const int Idle = 0;
    private const int Sending = 1;
    private const int Closed = 2;

    private readonly Socket _socket;
    private readonly int _descriptor;
    private int _use;

    public DirectSocket(Socket socket)
    {
        _socket = socket;
        _socket.Blocking = false;
        _descriptor = (int)socket.Handle;
    }

    /// <summary>For everything but <see cref="Send"/> and <see cref="Close"/>.</summary>
    public readonly Socket Socket => _socket;

    /// <summary>Sends what the kernel takes at once; gives how much that was, which is 0 when it is full.</summary>
    /// <exception cref="SocketException">The other side is gone.</exception>
    /// <exception cref="ObjectDisposedException">It was closed.</exception>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        // Nobody closes the descriptor meanwhile: the next connection would be given its number, and these bytes.
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _use, Sending, Idle) != Idle, typeof(Socket));
        try
        {
            var sent = OperatingSystem.IsLinux() ? Ask(_descriptor, bytes) : -1;

            // Where it is full or gone, .NET asks again: it knows what the kernel's errors mean.
            return sent >= 0 ? (int)sent : _socket.SendNow(bytes);
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _use, Idle, Sending) != Sending)
            {
                _socket.Dispose();
            }
        }
    }

    /// <summary>Closes it: at once, or by whoever is sending as soon as that is done. Does nothing when it was closed.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _use, Closed) == Idle)
        {
            _socket.Dispose();
        }
    }

    /// <summary>
    /// A method of its own: from within a <c>try</c>, be it that of a method which this would become part of, the runtime makes such a call through a
    /// stub of its library, and here by itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Ask(int descriptor, ReadOnlySpan<byte> bytes) => Native.Send(descriptor, in MemoryMarshal.GetReference(bytes), bytes.Length, Native.NoSignal);
}

/// <summary>The kernel's own calls.</summary>
internal static partial class Native
{
    /// <summary>A connection that is gone is an error, not a signal.</summary>
    public const int NoSignal = 0x4000;

    [LibraryImport("libc", EntryPoint = "send")]
    public static partial nint Send(SafeSocketHandle socket, ref readonly byte bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    public static partial nint Send(int socket, ref readonly byte bytes, nint length, int flags);
}
