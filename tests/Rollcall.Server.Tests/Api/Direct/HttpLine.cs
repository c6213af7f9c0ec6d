using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Rollcall.Server.Tests.Api.Direct;

/// <summary>A connection that says and hears HTTP as text.</summary>
internal sealed class HttpLine : IDisposable
{
    public const string Json = "Content-Type: application/json\r\n";

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private string _arrived = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Whether it was ended in a way that may have cost it something.</summary>
    public bool IsReset { get; private set; }

    public static string Request(TestHub hub, string target, string body, string fields = Json) =>
        $"{target} HTTP/1.1\r\nHost: {hub.Address.Authority}\r\n{fields}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    public static async Task<HttpLine> To(TestHub hub)
    {
        var line = new HttpLine();
        await line._socket.ConnectAsync(hub.Address.Host, hub.Address.Port, Cancel);
        return line;
    }

    public void Dispose() => _socket.Dispose();

    public Task Say(string text) => Say(Encoding.UTF8.GetBytes(text));

    public async Task Say(byte[] bytes) => await _socket.SendAsync(bytes, Cancel);

    public async Task<Heard> Ask(string request)
    {
        await Say(request);
        return await Hear();
    }

    public async Task<Heard> Hear()
    {
        var head = await Until("\r\n\r\n");
        var body = head.Contains("chunked", StringComparison.Ordinal) ? await Chunks()
            : await Next(int.Parse(head.Split("Content-Length: ")[1].Split("\r\n")[0], CultureInfo.InvariantCulture));
        return new(head, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)));
    }

    /// <summary>Whether the hub ends it without another word.</summary>
    public async Task<bool> Ends() => !await More().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancel);

    /// <summary>All that comes until the hub ends it, or says nothing for two seconds.</summary>
    public async Task<string> Rest()
    {
        for (var goesOn = More(); await Task.WhenAny(goesOn, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Cancel)) == goesOn && await goesOn; goesOn = More())
        {
        }

        return _arrived;
    }

    private async Task<string> Chunks()
    {
        var body = "";
        while (int.Parse(await Until("\r\n"), NumberStyles.HexNumber | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) is > 0 and var length)
        {
            body += (await Next(length + 2))[..length];
        }

        await Next(2);
        return body;
    }

    private async Task<string> Next(int length)
    {
        while (_arrived.Length < length)
        {
            Assert.True(await More());
        }

        var text = _arrived[..length];
        _arrived = _arrived[length..];
        return text;
    }

    private async Task<string> Until(string end)
    {
        while (!_arrived.Contains(end, StringComparison.Ordinal))
        {
            Assert.True(await More());
        }

        return await Next(_arrived.IndexOf(end, StringComparison.Ordinal) + end.Length);
    }

    private async Task<bool> More()
    {
        var into = new byte[64 * 1024];
        try
        {
            var length = await _socket.ReceiveAsync(into, Cancel);
            _arrived += Encoding.Latin1.GetString(into, 0, length);
            return length > 0;
        }
        catch (SocketException)
        {
            IsReset = true;
            return false;
        }
    }
}

/// <summary>An answer.</summary>
internal sealed record Heard(string Head, string Body)
{
    public int Status => int.Parse(Head[9..12], CultureInfo.InvariantCulture);

    public IEnumerable<string> Fields => Head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(':')[0]);
}
