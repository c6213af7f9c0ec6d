using System.Net;
using System.Net.Sockets;

namespace Rollcall.Server.Tests.Faults;

/// <summary>A client's end of a real TCP connection to the hub that breaks, stalls and crawls as planned. One reader, one writer.</summary>
internal sealed class FaultyLine : Stream
{
    private const int NarrowWindow = 16 * 1024;
    private const int EthernetSegment = 1460;

    /// <summary>As in Linux's <c>netinet/tcp.h</c>.</summary>
    private const int TcpProtocol = 6;

    private const int TcpMaxSegment = 2;

    private readonly Socket _socket;
    private readonly FaultPlan _plan;
    private readonly Tally _tally;
    private readonly Random? _readSizes;
    private readonly Random? _writeSizes;
    private long _read;
    private long _written;
    private int _stalls;
    private bool _mute;
    private int _ended;

    private FaultyLine(Socket socket, FaultPlan plan, Tally tally)
    {
        (_socket, _plan, _tally) = (socket, plan, tally);
        (_readSizes, _writeSizes) = plan.Pieces is { } seed ? (new Random(seed), new Random(seed + 1)) : (null, null);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static async Task<FaultyLine> Connect(DnsEndPoint hub, FaultPlan plan, Tally tally, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (plan.IsNarrow)
            {
                // Before it connects: a small window is offered, and with small segments the hub's side buffers little, too.
                socket.ReceiveBufferSize = NarrowWindow;
                if (OperatingSystem.IsLinux())
                {
                    socket.SetRawSocketOption(TcpProtocol, TcpMaxSegment, BitConverter.GetBytes(EthernetSegment));
                }
            }

            await socket.ConnectAsync(IPAddress.Parse(hub.Host), hub.Port, cancel);
            return new FaultyLine(socket, plan, tally);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_stalls < _plan.Stalls.Count && _read >= _plan.Stalls[_stalls].At)
        {
            Tally.Count(ref _tally.Stalls);
            await Task.Delay(_plan.Stalls[_stalls++].Wait, TimeProvider.System, cancellationToken);
        }

        if (_read >= _plan.ReadCut && buffer.Length > 0)
        {
            // A client that has gone does not read on.
            End(_plan.Ending == Ending.HalfClose ? Ending.Close : _plan.Ending);
        }

        var piece = buffer[..Piece(buffer.Length, _readSizes, _plan.ReadCut - _read)];
        var read = await Named(_socket.ReceiveAsync(piece, SocketFlags.None, cancellationToken));
        _read += read;
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0 && !_mute)
        {
            if (_written < _plan.WriteCut)
            {
                var piece = buffer[..Piece(buffer.Length, _writeSizes, _plan.WriteCut - _written)];
                var sent = await Named(_socket.SendAsync(piece, SocketFlags.None, cancellationToken));
                _written += sent;
                buffer = buffer[sent..];
            }
            else if (_plan.Ending == Ending.HalfClose)
            {
                _mute = true;
                Tally.Count(ref _tally.Cuts);
                _socket.Shutdown(SocketShutdown.Send);
            }
            else
            {
                End(_plan.Ending);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // One that fell silent stays open; the stage lets go of it at its end.
        if (disposing && Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _socket.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>As streams say that a connection is gone.</summary>
    private static async ValueTask<int> Named(ValueTask<int> transfer)
    {
        try
        {
            return await transfer;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            throw new IOException("the line is gone", gone);
        }
    }

    private static int Piece(int wanted, Random? sizes, long left)
    {
        var most = sizes is null ? wanted : Math.Min(wanted, 1 + sizes.Next(1 << sizes.Next(17)));
        return (int)Math.Min(most, left);
    }

    private void End(Ending ending)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            Tally.Count(ref _tally.Cuts);
            switch (ending)
            {
                case Ending.Silence:
                    _tally.Silent.Add(_socket);
                    break;
                case Ending.Reset:
                    _socket.Close(0);
                    break;
                default:
                    _socket.Dispose();
                    break;
            }
        }

        throw new IOException("the line was cut, as planned");
    }
}
