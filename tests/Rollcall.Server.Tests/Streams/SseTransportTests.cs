using Rollcall.Server.Streams;
using Xunit;

namespace Rollcall.Server.Tests.Streams;

public sealed class SseTransportTests
{
    /// <summary>Who serves the stream waits for its end, and would wait for ever.</summary>
    [Fact]
    public void A_stream_ends_even_when_its_abort_fails()
    {
        var transport = new SseTransport(Stream.Null, () => throw new InvalidOperationException("a bug"));

        Assert.Throws<InvalidOperationException>(transport.Abort);
        Assert.True(transport.Ended.IsCompletedSuccessfully);
    }

    /// <summary>The web server uses a request's objects for another one as soon as its handler has returned.</summary>
    [Fact]
    public async Task Its_end_cuts_off_a_write_that_waits_and_waits_for_it()
    {
        var body = new Stuck();
        var aborts = 0;
        var transport = new SseTransport(body, () => aborts++);
        var writing = transport.Send("data: 1\n\n"u8.ToArray()).AsTask();

        var ending = transport.End().AsTask();

        Assert.Equal((1, false), (aborts, ending.IsCompleted));
        body.Gate.SetException(new IOException("reset"));
        await ending;
        await Assert.ThrowsAsync<IOException>(() => writing);
    }

    [Fact]
    public async Task Behind_its_end_nothing_is_written_and_nothing_cut_off()
    {
        var body = new Stuck();
        var aborts = 0;
        var transport = new SseTransport(body, () => aborts++);
        await transport.End();

        await Assert.ThrowsAsync<IOException>(async () => await transport.Send("data: 1\n\n"u8.ToArray()));
        await Assert.ThrowsAsync<IOException>(async () => await transport.Send([.. new ReadOnlyMemory<byte>[] { new byte[1] }]));
        transport.Abort();

        Assert.Equal((0, 0), (aborts, body.Writes));
    }

    /// <summary>The body of an answer whose reader does not read.</summary>
    private sealed class Stuck : MemoryStream
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Writes { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            await Gate.Task;
        }
    }
}
