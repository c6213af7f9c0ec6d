using Rollcall.Core.Fanout;

namespace Rollcall.Server.Streams;

/// <summary>The body of a response that does not end.</summary>
internal sealed class SseTransport(Stream body, Action abort) : ITransport
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsSocket => false;

    public ReadOnlyMemory<byte> KeepAlive { get; } = ": still here\n\n"u8.ToArray();

    /// <summary>Completes when the hub ends the stream.</summary>
    public Task Ended => _ended.Task;

    public async ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        for (var i = 0; i < slices.Count; i++)
        {
            await body.WriteAsync(slices[i]).ConfigureAwait(false);
        }

        await body.FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask Send(ReadOnlyMemory<byte> bytes)
    {
        await body.WriteAsync(bytes).ConfigureAwait(false);
        await body.FlushAsync().ConfigureAwait(false);
    }

    public ValueTask Close(int code, string reason)
    {
        _ended.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public void Abort()
    {
        _ended.TrySetResult();
        abort();
    }
}
