using System.Diagnostics;
using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>Watchers that come together and go together.</summary>
internal sealed class Crowd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Address _server;
    private readonly List<Watcher> _watchers = [];
    private int _joined;
    private int _lost;

    public Crowd(Poller poller, Address server, Script script)
    {
        (Poller, _server, Script) = (poller, server, script);
        Expected = [.. script.Lines.Select(line => Encoding.UTF8.GetBytes(line.Expect))];
        Upgrade = Encoding.ASCII.GetBytes(
            $"GET {script.Path} HTTP/1.1\r\nHost: {server.EndPoint}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cm9sbGNhbGwgYmVuY2hlcw==\r\n\r\n");
    }

    public Poller Poller { get; }

    public Script Script { get; }

    public byte[] Upgrade { get; }

    public IReadOnlyList<byte[]> Expected { get; }

    /// <summary>Of a longer message only the beginning is heard.</summary>
    public int LongestWhole { get; init; } = Poller.BufferLength;

    public IReadOnlyList<Watcher> Watchers => _watchers;

    /// <summary>Brings so many more, so many of them at a time, and returns when all have joined.</summary>
    /// <param name="count">How many.</param>
    /// <param name="heard">What each does with what it hears from its join on.</param>
    /// <param name="atOnce">How many are on their way at a time; 64 is well below a usual accept backlog.</param>
    /// <param name="receiveBuffer">As for a <see cref="Link"/>.</param>
    public void Gather(int count, Func<Watcher, Heard?> heard, int atOnce = 64, int? receiveBuffer = null)
    {
        var all = _joined + count;
        var began = Stopwatch.GetTimestamp();
        while (_joined < all)
        {
            for (; _watchers.Count < all && _watchers.Count - _joined < atOnce;)
            {
                var index = _watchers.Count;
                var watcher = new Watcher(this, new Link(_server, index, receiveBuffer), index);
                watcher.Heard = heard(watcher);
                _watchers.Add(watcher);
                Poller.AddConnecting(watcher.Link.Handle, watcher);
            }

            Poller.Turn(1000);
            if (_lost > 0 || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new IOException($"{all - _joined} of {count} watchers could not join {_server}; {_lost} were dropped");
            }
        }
    }

    public void Joined(Watcher watcher) => _joined++;

    /// <summary>The server ended a connection.</summary>
    public void Lost(Watcher watcher)
    {
        _lost++;
        Poller.Forget(watcher.Link.Handle);
    }

    /// <summary>Cuts them all.</summary>
    public void Dispose()
    {
        foreach (var watcher in _watchers)
        {
            Poller.Forget(watcher.Link.Handle);
            watcher.Link.Dispose();
        }
    }
}
