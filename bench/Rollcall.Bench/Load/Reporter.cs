using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>
/// One socket that reports for many sessions, as a program that runs many agents does. What is sent before the
/// poller's next turn goes out in one write, and waits for nothing else.
/// </summary>
internal sealed class Reporter : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Poller _poller;
    private readonly Crowd _connection;
    private readonly byte[] _names;
    private readonly int _first;
    private readonly Line[] _lines;
    private readonly List<byte> _unsent = [];
    private int _left;
    private bool _ended;

    private Reporter(Poller poller, Address server, Script script, int first, int slots, string names)
    {
        (_poller, _first, _names) = (poller, first, Encoding.ASCII.GetBytes(names));
        _lines = [.. Enumerable.Range(0, slots).Select(_ => new Line(this))];
        _connection = new Crowd(poller, server, script);
        _connection.Gather(1, _ => Hear);
        poller.Turning += Flush;
    }

    /// <summary>Connects, and gives a caller for each slot.</summary>
    /// <param name="poller">What notices what arrives.</param>
    /// <param name="server">Where to.</param>
    /// <param name="script">How the socket becomes the sessions' owner.</param>
    /// <param name="first">Its first slot.</param>
    /// <param name="slots">How many slots.</param>
    /// <param name="names">How the topic of each slot's session begins; its number follows.</param>
    public static IReadOnlyList<ICaller> Connect(Poller poller, Address server, Script script, int first, int slots, string names) =>
        new Reporter(poller, server, script, first, slots, names)._lines;

    private void Hear(ReadOnlySpan<byte> message)
    {
        if (message.IndexOf("\"phx_reply\""u8) < 0)
        {
            return;
        }

        if (message.IndexOf("\"status\":\"ok\""u8) < 0 || message.IndexOf(_names) is not (>= 0 and var at)
            || !Utf8Parser.TryParse(message[(at + _names.Length)..], out int slot, out _))
        {
            throw new IOException($"a command was refused: {Encoding.UTF8.GetString(message)}");
        }

        var line = _lines[slot - _first];
        if (!line.IsAnswered)
        {
            line.Answer();
        }
        else
        {
            // To the join, or to the leave at the end.
            _left++;
        }
    }

    private void Flush()
    {
        if (_unsent.Count > 0)
        {
            _connection.Watchers[0].Link.Send(CollectionsMarshal.AsSpan(_unsent));
            _unsent.Clear();
        }
    }

    /// <summary>Leaves every session, so that the hub does not take its agent for crashed.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        (_ended, _left) = (true, 0);
        for (var slot = _first; slot < _first + _lines.Length; slot++)
        {
            _unsent.AddRange(Frames.Text(Encoding.ASCII.GetBytes($"[null,\"leave\",{Encoding.ASCII.GetString(_names)}{slot}\",\"phx_leave\",{{}}]")));
        }

        Flush();
        for (var began = Stopwatch.GetTimestamp(); _left < _lines.Length && Stopwatch.GetElapsedTime(began) < Patience;)
        {
            _poller.Turn(100);
        }

        _poller.Turning -= Flush;
        _connection.Dispose();
    }

    /// <summary>The part of the socket that is about one slot.</summary>
    private sealed class Line(Reporter reporter) : ICaller
    {
        public bool IsAnswered { get; private set; } = true;

        public Action<long>? Answered { get; set; }

        public void Send(ReadOnlySpan<byte> command)
        {
            IsAnswered = false;
            reporter._unsent.AddRange(command);
        }

        public void Answer()
        {
            IsAnswered = true;
            Answered?.Invoke(Stopwatch.GetTimestamp());
        }

        public void Dispose() => reporter.Dispose();
    }
}
