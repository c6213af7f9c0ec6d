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
}
