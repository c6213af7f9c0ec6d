using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>One keep-alive HTTP/1.1 connection on a bare socket: requests are encoded beforehand, answers only delimited.</summary>
internal sealed class Lane : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];

    public static async Task<Lane> Open(IPEndPoint server)
    {
        var lane = new Lane();
        await lane._socket.ConnectAsync(server);
        return lane;
    }

    /// <summary>A request as it goes over the wire.</summary>
    public static byte[] Request(IPEndPoint server, string method, string path, string body) => Encoding.UTF8.GetBytes(body.Length == 0
        ? $"{method} {path} HTTP/1.1\r\nHost: {server}\r\n\r\n"
        : $"{method} {path} HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Sends a request and gives the body of its answer, valid until the next; anything but 2xx is a failure.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> Ask(byte[] request)
    {
        await _socket.SendAsync(request);
        var end = 0;
        while (true)
        {
            if (end == _buffer.Length)
            {
                Array.Resize(ref _buffer, end * 2);
            }

            var read = await _socket.ReceiveAsync(_buffer.AsMemory(end));
            if (read == 0)
            {
                throw new IOException("the server closed the connection");
            }

            end += read;
            if (Body(_buffer.AsMemory(0, end)) is { } body)
            {
                return _buffer[9] == '2' ? body : throw new IOException(Encoding.UTF8.GetString(_buffer, 0, end));
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The body once the answer is whole, chunk sizes included where it comes in chunks; else null.</summary>
    private static ReadOnlyMemory<byte>? Body(ReadOnlyMemory<byte> answer)
    {
        var headers = answer.Span.IndexOf("\r\n\r\n"u8);
        if (headers < 0)
        {
            return null;
        }

        var body = answer[(headers + 4)..];
        var length = answer.Span[..headers].IndexOf("Content-Length: "u8);
        var whole = length < 0
            ? body.Span.EndsWith("0\r\n\r\n"u8)
            : Utf8Parser.TryParse(answer.Span[(length + 16)..headers], out int bytes, out _) && body.Length == bytes;
        return whole ? body : default(ReadOnlyMemory<byte>?);
    }
}
