using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>A non-blocking connection to a server, plain or under TLS.</summary>
internal sealed class Link : IDisposable
{
    /// <summary>Connections from one address, below what servers allow each, with room for those that just ended.</summary>
    private const int PerAddress = 400;

    private const int WantRead = 2;

    private readonly Socket _socket;
    private readonly nint _tls;

    /// <summary>Begins to connect.</summary>
    /// <param name="server">Where to, and how.</param>
    /// <param name="index">Which connection it is: they are spread over 127.0.0.x.</param>
    /// <param name="receiveBuffer">How much the kernel keeps of what is not read; its own choice by default.</param>
    public Link(Address server, int index, int? receiveBuffer = null)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
        if (receiveBuffer is { } bytes)
        {
            _socket.ReceiveBufferSize = bytes;
        }

        _socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (index / PerAddress))]), 0));
        Handle = (int)_socket.Handle;
        var address = server.EndPoint.Serialize();
        if (Native.Connect(Handle, ref address.Buffer.Span[0], address.Size) != 0 && Marshal.GetLastPInvokeError() != Native.InProgress)
        {
            throw new IOException($"connect: error {Marshal.GetLastPInvokeError()}");
        }

        if (server.Tls)
        {
            _tls = OpenSsl.New(OpenSsl.ClientContext);
            _ = OpenSsl.SetSocket(_tls, Handle);
        }
    }

    public int Handle { get; }

    /// <summary>Whether there is more to receive that the kernel does not know of.</summary>
    public bool IsAhead => _tls != 0;

    /// <summary>Goes on once the socket has connected, under TLS with its handshake; true when all is done.</summary>
    public bool Connected()
    {
        if (_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error and not 0)
        {
            throw new IOException($"connect: error {error}");
        }

        if (_tls == 0)
        {
            return true;
        }

        var result = OpenSsl.Connect(_tls);
        return result == 1 || (OpenSsl.Error(_tls, result) == WantRead ? false : throw new IOException("the TLS handshake failed"));
    }

    /// <summary>Receives what has arrived: 0 when nothing has, less when the connection has ended.</summary>
    public int Receive(Span<byte> into)
    {
        if (_tls != 0)
        {
            var read = OpenSsl.Read(_tls, ref into[0], into.Length);
            return read > 0 ? read : OpenSsl.Error(_tls, read) == WantRead ? 0 : -1;
        }

        return Got((int)Native.Receive(Handle, ref into[0], into.Length, 0));
    }

    /// <summary>As <see cref="Receive"/>, of what nobody wants to see, as far as the kernel can drop it by itself.</summary>
    public int Discard(Span<byte> into, long most) => _tls != 0
        ? Receive(into[..(int)Math.Min(into.Length, most)])
        : Got((int)Native.Receive(Handle, ref into[0], (nint)most, Native.Truncate));

    /// <summary>Sends a little; a server that does not take it does not serve.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        ref var first = ref MemoryMarshal.GetReference(bytes);
        var sent = _tls != 0
            ? OpenSsl.Write(_tls, ref first, bytes.Length)
            : Native.Send(Handle, ref first, bytes.Length, Native.NoSignal);
        if (sent != bytes.Length)
        {
            throw new IOException($"a message of {bytes.Length} bytes was not taken: error {Marshal.GetLastPInvokeError()}");
        }
    }

    public void Dispose()
    {
        if (_tls != 0)
        {
            OpenSsl.Free(_tls);
        }

        _socket.Close(0);
    }

    private static int Got(int got) => got > 0 ? got : got < 0 && Marshal.GetLastPInvokeError() == Native.WouldBlock ? 0 : -1;
}

/// <summary>Where a server listens, and whether it speaks TLS there.</summary>
internal sealed record Address(IPEndPoint EndPoint, bool Tls = false)
{
    public string Scheme => Tls ? "https" : "http";

    /// <summary>An HTTP request to it, as it goes over the wire.</summary>
    public byte[] Request(string method, string path, string json = "") => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{method} {path} HTTP/1.1\r\nHost: {EndPoint}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));

    public override string ToString() => $"{Scheme}://{EndPoint}";
}
