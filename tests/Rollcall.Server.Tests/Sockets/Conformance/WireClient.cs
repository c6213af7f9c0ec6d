using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>
/// A WebSocket client that does not keep the rules itself, on a bare connection, and is strict with what it hears: every
/// frame of the hub must be whole, unmasked, of a known kind and of the shortest form.
/// </summary>
internal sealed class WireClient : IDisposable
{
    /// <summary>For one write, or for one piece of a frame.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _tcp;
    private readonly Stream _stream;
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private WireClient(TcpClient tcp, Stream stream) => (_tcp, _stream) = (tcp, stream);

    /// <summary>What the hub answered to the handshake.</summary>
    public string Head { get; private set; } = "";

    /// <summary>The extensions that the hub took; null when it took none.</summary>
    public string? Extensions => Head.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith("Sec-WebSocket-Extensions:", StringComparison.OrdinalIgnoreCase))?[25..].Trim();

    /// <summary>Whether the hub closed while there was more to read for it.</summary>
    public bool WasReset { get; private set; }

    /// <summary>The version with a character escaped, which means the same, but is left to the web server.</summary>
    public const string EscapedVersion = "2%2E0.0";

    /// <summary>Connects and shakes hands, with the request cut into segments of so many bytes, and over a client's own TLS where there is one.</summary>
    public static async Task<WireClient> Open(
        Uri address, string[]? offers = null, int segment = int.MaxValue, Func<Socket, Stream>? own = null, string version = "2.0.0")
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        // It blocks, which the thread that connected it may not: the hub's sockets wait on it, too.
        var stream = own is null ? tcp.GetStream() : await Task.Run(() => own(tcp.Client));
        if (own is null && address.Scheme == Uri.UriSchemeHttps)
        {
#pragma warning disable CA5359 // The certificate is the test's own.
            var tls = new SslStream(stream, false, (_, _, _, _) => true);
#pragma warning restore CA5359
            await tls.AuthenticateAsClientAsync(address.Host);
            stream = tls;
        }

        var client = new WireClient(tcp, stream);
        await client.ShakeHands(address, version, offers ?? [], segment);
        return client;
    }

    /// <summary>Sends bytes in segments of at most so many; a hub that has closed meanwhile is not the sender's business.</summary>
    public async Task Send(IEnumerable<byte[]> writes)
    {
        try
        {
            foreach (var write in writes)
            {
                _patience.CancelAfter(Patience);
                await _stream.WriteAsync(write, _patience.Token);
                await _stream.FlushAsync(_patience.Token);
            }
        }
        catch (IOException)
        {
            WasReset = true;
        }
    }

    /// <summary>The next frame; null at the end of the connection.</summary>
    public async Task<ServerFrame?> Read()
    {
        var head = new byte[2];
        if (!await Fill(head))
        {
            return null;
        }

        var (first, second) = (head[0], head[1]);
        Assert.True((first & 0x80) != 0, "the hub sends whole messages");
        Assert.True((second & 0x80) == 0, "a server's frames are not masked");
        Assert.Contains(first & 0x0F, new[] { 1, 2, 8, 9, 10 });
        var length = (long)second;
        if (second >= 126)
        {
            var more = new byte[second == 126 ? 2 : 8];
            Assert.True(await Fill(more));
            length = second == 126 ? BinaryPrimitives.ReadUInt16BigEndian(more) : BinaryPrimitives.ReadInt64BigEndian(more);
            Assert.True(second == 126 ? length >= 126 : length > ushort.MaxValue, "a length must have its shortest form");
        }

        Assert.True((first & 0x08) == 0 || length <= 125, "a control frame is short");
        var payload = new byte[length];
        Assert.True(await Fill(payload), "a frame is sent to its end");
        return new ServerFrame(first & 0x0F, (first >> 4) & 7, payload);
    }

    /// <summary>Reads to the end of the connection, however it comes; gives how many bytes there were.</summary>
    public async Task<long> ToTheEnd()
    {
        var rest = new byte[16 * 1024];
        var total = 0L;
        try
        {
            for (var read = 1; read > 0; total += read)
            {
                _patience.CancelAfter(Patience);
                read = await _stream.ReadAsync(rest, _patience.Token);
            }
        }
        catch (IOException)
        {
            // Reset.
        }

        return total;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _tcp.Dispose();
        _patience.Dispose();
    }

    private async Task ShakeHands(Uri address, string version, string[] offers, int segment)
    {
        var request = $"GET /socket/websocket?vsn={version} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: keep-alive, Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + string.Concat(offers.Select(offer => $"Sec-WebSocket-Extensions: {offer}\r\n")) + "\r\n";
        await Send(Encoding.ASCII.GetBytes(request).Chunk(segment));
        var head = new List<byte>();
        var one = new byte[1];
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            Assert.True(await Fill(one), "the handshake is answered");
            head.Add(one[0]);
        }

        Head = Encoding.ASCII.GetString([.. head]);
        Assert.StartsWith("HTTP/1.1 101 ", Head, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", Head, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<bool> Fill(byte[] buffer)
    {
        try
        {
            _patience.CancelAfter(Patience);
            return await _stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, _patience.Token) == buffer.Length;
        }
        catch (IOException)
        {
            WasReset = true;
            return buffer.Length == 0;
        }
    }
}

/// <summary>A frame of the hub.</summary>
internal sealed record ServerFrame(int Opcode, int Rsv, byte[] Payload)
{
    /// <summary>The same without compression: each message is inflated for itself, as after <c>server_no_context_takeover</c>.</summary>
    public ServerFrame Inflated
    {
        get
        {
            if (Rsv == 0)
            {
                return this;
            }

            Assert.Equal((4, ClientFrame.TextCode), (Rsv, Opcode));
            using var inflate = new DeflateStream(new MemoryStream([.. Payload, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
            var inflated = new MemoryStream();
            inflate.CopyTo(inflated);
            return new ServerFrame(Opcode, 0, inflated.ToArray());
        }
    }

    public bool IsClose => Opcode == ClientFrame.CloseCode;

    /// <summary>In words: <c>pong hi</c>, <c>close 1002</c>, <c>beat hello</c> for the answer to a beat, <c>error invalid_request</c>.</summary>
    public string Words => Opcode switch
    {
        ClientFrame.PongCode => $"pong {Encoding.Latin1.GetString(Payload)}",
        ClientFrame.CloseCode => Payload.Length == 0 ? "close" : $"close {BinaryPrimitives.ReadUInt16BigEndian(Payload)}",
        ClientFrame.TextCode => Answer(Payload),
        _ => $"opcode {Opcode}",
    };

    private static string Answer(byte[] text)
    {
        using var json = JsonDocument.Parse(text);
        var payload = json.RootElement[4];
        return payload.GetProperty("status").ValueEquals("ok")
            ? $"beat {json.RootElement[1].GetString()}"
            : $"error {payload.GetProperty("response").GetProperty("code").GetString()}";
    }
}
