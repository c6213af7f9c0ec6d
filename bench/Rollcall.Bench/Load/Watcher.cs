using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>What a watcher does with a whole frame's payload. Valid only during the call.</summary>
internal delegate void Heard(ReadOnlySpan<byte> payload);

/// <summary>
/// One subscriber: a bare socket and one reader task, so that the load client costs as little as it can and the same
/// for every server.
/// </summary>
internal sealed class Watcher : IAsyncDisposable
{
    private const int FirstBuffer = 8 * 1024;

    /// <summary>Connections from one address, below what the hub allows each (1,000) with room for those that just ended.</summary>
    private const int PerAddress = 400;

    private readonly Socket _socket;
    private byte[] _buffer = new byte[FirstBuffer];
    private int _end;
    private Task _reading = Task.CompletedTask;

    private Watcher(Socket socket) => _socket = socket;

    /// <summary>Opens a connection and upgrades it.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="path">The path and query of the socket.</param>
    /// <param name="index">Which watcher it is: they are spread over 127.0.0.x.</param>
    public static async Task<Watcher> Open(IPEndPoint server, string path, int index)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (index / PerAddress))]), 0));
        await socket.ConnectAsync(server);
        var watcher = new Watcher(socket);
        await watcher.Upgrade(server, path);
        return watcher;
    }

    /// <summary>Sends a text message.</summary>
    public async Task Say(string message) => await _socket.SendAsync(Frames.Text(Encoding.UTF8.GetBytes(message)));

    /// <summary>The next message, before <see cref="Listen"/>.</summary>
    public async Task<string> Next()
    {
        int start, length;
        while (!Frames.TryFind(_buffer.AsSpan(0, _end), out start, out length))
        {
            await Fill(start + length);
        }

        var message = Encoding.UTF8.GetString(_buffer, start, length);
        Drop(start + length);
        return message;
    }

    /// <summary>Reads on, for as long as the connection lives.</summary>
    public void Listen(Heard heard) => _reading = Read(heard);

    public async ValueTask DisposeAsync()
    {
        _socket.Close(0);
        await _reading;
    }

    private async Task Read(Heard heard)
    {
        try
        {
            while (true)
            {
                var taken = Tell(_buffer.AsSpan(0, _end), heard, out var needed);
                Drop(taken);
                await Fill(needed);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            // The round is over, or the server is gone: what is missing is noticed by whoever waits for it.
        }
    }

    private static int Tell(ReadOnlySpan<byte> arrived, Heard heard, out int needed)
    {
        var taken = 0;
        int start, length;
        for (; Frames.TryFind(arrived[taken..], out start, out length); taken += start + length)
        {
            if (Frames.IsData(arrived[taken]))
            {
                heard(arrived.Slice(taken + start, length));
            }
        }

        needed = start + length;
        return taken;
    }

    private async Task Upgrade(IPEndPoint server, string path)
    {
        var request = $"GET {path} HTTP/1.1\r\nHost: {server}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cm9sbGNhbGwgYmVuY2hlcw==\r\n\r\n";
        await _socket.SendAsync(Encoding.ASCII.GetBytes(request));
        int end;
        while ((end = _buffer.AsSpan(0, _end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await Fill(0);
        }

        if (!_buffer.AsSpan().StartsWith("HTTP/1.1 101"u8))
        {
            throw new IOException($"The server did not upgrade: {Encoding.ASCII.GetString(_buffer, 0, end)}");
        }

        Drop(end + 4);
    }

    private async Task Fill(int needed)
    {
        if (_end == _buffer.Length || needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end));
        _end += read > 0 ? read : throw new EndOfStreamException();
    }

    private void Drop(int taken)
    {
        _buffer.AsSpan(taken, _end - taken).CopyTo(_buffer);
        _end -= taken;
    }
}
