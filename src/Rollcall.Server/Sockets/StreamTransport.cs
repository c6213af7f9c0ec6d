using System.Buffers;

namespace Rollcall.Server.Sockets;

/// <summary>The portable transport: finished frames into the stream of an upgraded request, plain or TLS.</summary>
internal sealed class StreamTransport(Stream stream, Action abort) : WebSocketTransport
{
    /// <summary>Small slices are joined, so that a reply and the events behind it are one write.</summary>
    private const int JoinedBytes = 16 * 1024;

    public override ValueTask<int> Read(Memory<byte> into) => stream.ReadAsync(into);

    public override ValueTask Send(ReadOnlyMemory<byte> bytes) => stream.WriteAsync(bytes);

    public override async ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        var total = 0;
        for (var i = 0; i < slices.Count; i++)
        {
            total += slices[i].Length;
        }

        if (slices.Count > 1 && total <= JoinedBytes)
        {
            var joined = ArrayPool<byte>.Shared.Rent(total);
            Join(slices, joined);
            await stream.WriteAsync(joined.AsMemory(0, total)).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(joined);
            return;
        }

        for (var i = 0; i < slices.Count; i++)
        {
            await stream.WriteAsync(slices[i]).ConfigureAwait(false);
        }
    }

    /// <summary>The server ends what it has begun when the request's handler returns.</summary>
    public override ValueTask End() => ValueTask.CompletedTask;

    protected override void Cut() => abort();

    private static void Join(IReadOnlyList<ReadOnlyMemory<byte>> slices, Span<byte> into)
    {
        for (var i = 0; i < slices.Count; i++)
        {
            slices[i].Span.CopyTo(into);
            into = into[slices[i].Length..];
        }
    }
}
