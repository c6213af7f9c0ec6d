using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>
/// Sends finished commands on a connection of its own, one at a time, and waits for each answer: HTTP/1.1 with
/// keep-alive, or a protocol that answers nothing.
/// </summary>
internal sealed class Caller : ICaller, IPolled
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Poller _poller;
    private readonly Link _link;
    private readonly Address _server;
    private readonly bool _answers;
    private readonly List<byte> _arrived = [];
    private Action<string>? _told;
    private bool _connected;

    /// <summary>Connects.</summary>
    /// <param name="poller">What notices what arrives.</param>
    /// <param name="server">Where to.</param>
    /// <param name="answers">Whether the server answers commands.</param>
    public Caller(Poller poller, Address server, bool answers)
    {
        (_poller, _server, _answers) = (poller, server, answers);
        _link = new Link(server, 0);
        poller.AddConnecting(_link.Handle, this);
        WaitUntil(() => _connected);
    }

    /// <summary>Whether the last command was answered.</summary>
    public bool IsAnswered { get; private set; } = true;

    /// <summary>Called with the time at which a command was answered.</summary>
    public Action<long>? Answered { get; set; }

    public void Send(ReadOnlySpan<byte> command)
    {
        IsAnswered = !_answers;
        _link.Send(command);
        if (!_answers)
        {
            Answered?.Invoke(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Sends an HTTP request, waits, and gives the answer's body.</summary>
    public string Ask(ReadOnlySpan<byte> request)
    {
        var body = "";
        _told = answer => body = answer;
        Await(request);
        _told = null;
        return body;
    }

    /// <summary>Sends an HTTP request and waits for the whole answer, whose body is of no interest.</summary>
    public void Await(ReadOnlySpan<byte> request)
    {
        Send(request);
        WaitUntil(() => IsAnswered);
    }

    public void Ready(Span<byte> buffer)
    {
        if (!_connected)
        {
            _poller.WaitToRead(_link.Handle);
            _connected = _link.Connected();
            return;
        }

        for (int got; (got = _link.Receive(buffer)) != 0;)
        {
            if (got < 0)
            {
                throw new IOException($"{_server} closed a connection for commands");
            }

            if (_answers && Whole(buffer[..got]) is { } end)
            {
                IsAnswered = true;
                _told?.Invoke(end);
                Answered?.Invoke(Stopwatch.GetTimestamp());
                return;
            }
        }
    }

    public void Dispose()
    {
        _poller.Forget(_link.Handle);
        _link.Dispose();
    }

    /// <summary>The body of the answer when it is whole with this; insists on success.</summary>
    private string? Whole(ReadOnlySpan<byte> arrived)
    {
        _arrived.AddRange(arrived);
        var all = CollectionsMarshal.AsSpan(_arrived);
        var head = all.IndexOf("\r\n\r\n"u8) + 4;
        if (head < 4)
        {
            return null;
        }

        if (all[9] != '2')
        {
            throw new IOException($"{_server} answered a command: {Encoding.UTF8.GetString(all)}");
        }

        var length = Field(all[..head], "\r\nContent-Length: "u8);
        var isWhole = length is { } bytes ? all.Length >= head + bytes
            : all[..head].IndexOf("\r\nTransfer-Encoding: chunked"u8) < 0 || all.EndsWith("\r\n0\r\n\r\n"u8);
        if (!isWhole)
        {
            return null;
        }

        var body = _told is null ? "" : length is null ? Unchunked(all[head..]) : Encoding.UTF8.GetString(all[head..]);
        _arrived.Clear();
        return body;
    }

    private static int? Field(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name) =>
        head.IndexOf(name) is >= 0 and var at && Utf8Parser.TryParse(head[(at + name.Length)..], out int value, out _) ? value : null;

    private static string Unchunked(ReadOnlySpan<byte> chunks)
    {
        var body = new StringBuilder();
        while (Utf8Parser.TryParse(chunks, out int length, out var digits, 'x') && length > 0)
        {
            body.Append(Encoding.UTF8.GetString(chunks.Slice(digits + 2, length)));
            chunks = chunks[(digits + length + 4)..];
        }

        return body.ToString();
    }

    private void WaitUntil(Func<bool> done)
    {
        for (var began = Stopwatch.GetTimestamp(); !done();)
        {
            _poller.Turn(100);
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException($"{_server} did not answer");
            }
        }
    }
}
