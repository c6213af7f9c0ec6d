using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>
/// One subscriber: it upgrades, joins by its script, then hears. It keeps nothing but what has arrived of a frame that
/// is not whole yet.
/// </summary>
internal sealed class Watcher(Crowd crowd, Link link, int index) : IPolled
{
    /// <summary>Of a message that does not fit into the shared buffer, so much is heard.</summary>
    private const int Beginning = 4 * 1024;

    private byte[] _kept = [];
    private int _keptLength;
    private long _skip;
    private State _state;
    private int _line;

    private enum State
    {
        Connecting,
        Upgrading,
        Joining,
        Joined,
        Gone,
    }

    public int Index => index;

    public bool HasJoined => _state == State.Joined;

    public bool IsGone => _state == State.Gone;

    public Link Link => link;

    /// <summary>What is heard once joined, the answer to the last line of the script included.</summary>
    public Heard? Heard { get; set; }

    /// <summary>The payload of the close frame that ended the connection, if one did.</summary>
    public byte[]? Closed { get; private set; }

    public void Ready(Span<byte> buffer)
    {
        if (_state == State.Connecting && !Connected())
        {
            return;
        }

        do
        {
            _kept.AsSpan(0, _keptLength).CopyTo(buffer);
            var got = _skip > 0 ? link.Discard(buffer, _skip) : link.Receive(buffer[_keptLength..]);
            if (got < 0)
            {
                _state = State.Gone;
                crowd.Lost(this);
            }

            if (got <= 0)
            {
                return;
            }

            if (_skip > 0)
            {
                _skip -= got;
                continue;
            }

            var arrived = buffer[..(_keptLength + got)];
            Keep(arrived[Take(arrived)..]);
        }
        while (link.IsAhead);
    }

    public void Say(string text) => link.Send(Frames.Text(Encoding.UTF8.GetBytes(text)));

    private bool Connected()
    {
        crowd.Poller.WaitToRead(link.Handle);
        if (link.Handshake())
        {
            link.Send(crowd.Upgrade);
            _state = State.Upgrading;
        }

        return false;
    }

    /// <summary>Acts on what has arrived as far as it is whole; how much that is.</summary>
    private int Take(ReadOnlySpan<byte> arrived)
    {
        var taken = 0;
        if (_state == State.Upgrading && !Upgraded(arrived, out taken))
        {
            return 0;
        }

        while (_state != State.Gone)
        {
            var rest = arrived[taken..];
            var whole = Frames.TryFind(rest, out var start, out var length);
            if (!whole && (start + length <= crowd.LongestWhole || rest.Length < start + Beginning))
            {
                return taken;
            }

            Hear(rest[0], rest.Slice(start, whole ? length : Beginning));
            taken += start + length;
            if (taken > arrived.Length)
            {
                _skip = taken - arrived.Length;
                return arrived.Length;
            }
        }

        return arrived.Length;
    }

    private bool Upgraded(ReadOnlySpan<byte> arrived, out int taken)
    {
        taken = arrived.IndexOf("\r\n\r\n"u8) + 4;
        if (taken < 4)
        {
            return false;
        }

        if (!arrived.StartsWith("HTTP/1.1 101"u8))
        {
            throw new IOException($"The server did not upgrade: {Encoding.ASCII.GetString(arrived)}");
        }

        _state = State.Joining;
        Next();
        return true;
    }

    private void Next()
    {
        if (_line == crowd.Script.Lines.Count)
        {
            _state = State.Joined;
            crowd.Joined(this);
        }
        else if (crowd.Script.Lines[_line].Say is { } line)
        {
            Say(line);
        }
    }

    private void Hear(byte first, ReadOnlySpan<byte> payload)
    {
        switch (first & 0x0f)
        {
            case 8:
                Closed = payload.ToArray();
                break;
            case 9:
                link.Send(Frames.Of(Frames.Pong, payload));
                break;
            case 10:
                break;
            default:
                if (_state == State.Joining && payload.IndexOf(crowd.Expected[_line]) >= 0)
                {
                    _line++;
                    Next();
                }

                if (_state == State.Joined)
                {
                    Heard?.Invoke(payload);
                }

                break;
        }
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        _keptLength = rest.Length;
        if (rest.Length > _kept.Length)
        {
            _kept = new byte[rest.Length];
        }

        rest.CopyTo(_kept);
    }
}
