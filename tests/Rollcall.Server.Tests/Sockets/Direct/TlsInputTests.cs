using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>What always has more ready below TLS is read in turns, and nothing is lost by it.</summary>
public sealed class TlsInputTests
{
    private const int Turns = 20;

    private readonly Pipe _received = new(new PipeOptions(
        pauseWriterThreshold: 0, readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    private readonly TlsInput _input;

    public TlsInputTests() => _input = new TlsInput(_received.Reader);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_there_at_once_is_read_in_turns_of_a_few_records()
    {
        var said = Enumerable.Range(0, (Turns * TlsInput.Turn) - 1).Select(i => (byte)(i % 251)).ToArray();
        await _received.Writer.WriteAsync(said, Cancel);
        await _received.Writer.CompleteAsync();
        var (heard, resumed) = await ReadAllCounting();

        Assert.Equal(said, heard);
        Assert.InRange(resumed, Turns, int.MaxValue);
    }

    [Fact]
    public async Task A_client_that_paused_once_is_read_in_turns_when_it_has_more()
    {
        var waiting = _input.ReadAsync(Cancel);
        await _received.Writer.WriteAsync(new byte[Turns * TlsInput.Turn], Cancel);
        await _received.Writer.CompleteAsync();
        _input.AdvanceTo((await waiting).Buffer.Start);

        var (heard, resumed) = await ReadAllCounting();

        Assert.Equal(Turns * TlsInput.Turn, heard.Count);
        Assert.InRange(resumed, Turns - 1, int.MaxValue);
    }

    /// <summary>As the web server does for each request: it waits with an empty read, and then reads.</summary>
    [Fact]
    public async Task A_client_that_pauses_gives_way_to_nobody()
    {
        for (var i = 0; i < Turns; i++)
        {
            var waiting = _input.ReadAsync(Cancel);
            Assert.False(waiting.IsCompleted);
            await _received.Writer.WriteAsync(new byte[] { 1 }, Cancel);
            Assert.True(waiting.IsCompleted);
            _input.AdvanceTo((await waiting).Buffer.Start);

            var reading = _input.ReadAsync(Cancel);
            Assert.True(reading.IsCompleted);
            Assert.Equal([1], Take(await reading));
        }
    }

    [Fact]
    public async Task A_read_that_is_cancelled_ends()
    {
        var waiting = _input.ReadAsync(Cancel);
        _input.CancelPendingRead();
        Assert.True((await waiting).IsCanceled);
    }

    [Fact]
    public async Task It_stands_below_tls()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var (own, below) = (new Both(PipeReader.Create(Stream.Null), PipeWriter.Create(Stream.Null)), default(IDuplexPipe));
        var connection = new DefaultConnectionContext { Transport = own };
        connection.Features.Set<IConnectionSocketFeature>(new SocketOf(socket));

        await TlsOutput.Serve(connection, served =>
        {
            below = served.Transport;
            return Task.CompletedTask;
        });

        Assert.IsType<TlsInput>(below?.Input);
        Assert.Same(own, connection.Transport);
    }

    /// <summary>Reads all, and counts how often that went on in the pool.</summary>
    private async Task<(List<byte> Heard, int Resumed)> ReadAllCounting()
    {
        var resumed = 0;
        var reading = new AsyncLocal<object?>(change => Interlocked.Add(ref resumed, change is { ThreadContextChanged: true, CurrentValue: not null } ? 1 : 0)) { Value = new object() };
        var heard = await Task.Run(ReadAll, Cancel);
        reading.Value = null;
        return (heard, resumed);
    }

    private async Task<List<byte>> ReadAll()
    {
        for (var heard = new List<byte>(); ;)
        {
            var read = await _input.ReadAsync(Cancel).ConfigureAwait(false);
            heard.AddRange(Take(read));
            if (read.IsCompleted)
            {
                return heard;
            }
        }
    }

    private byte[] Take(ReadResult read)
    {
        Assert.InRange(read.Buffer.Length, 1, TlsInput.Turn);
        var bytes = read.Buffer.ToArray();
        _input.AdvanceTo(read.Buffer.End);
        return bytes;
    }

    private sealed record SocketOf(Socket Socket) : IConnectionSocketFeature;

    private sealed record Both(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
