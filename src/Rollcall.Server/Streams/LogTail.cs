using Rollcall.Core;

namespace Rollcall.Server.Streams;

/// <summary>Lets a request wait until the log grows: what the long poll stands on. Safe from any thread.</summary>
public sealed class LogTail
{
    private readonly SessionHub _hub;
    private readonly TimeProvider _time;
    private TaskCompletionSource _grown = New();

    /// <summary>Follows a hub.</summary>
    public LogTail(SessionHub hub, TimeProvider time)
    {
        (_hub, _time) = (hub, time);
        hub.Applied += (_, _) => Interlocked.Exchange(ref _grown, New()).TrySetResult();
    }

    /// <summary>Completes when the log has grown beyond a sequence number, or the time is over.</summary>
    public async Task WaitBeyond(long seq, TimeSpan most, CancellationToken cancel)
    {
        var timeout = Task.Delay(most, _time, cancel);
        while (true)
        {
            var grown = Volatile.Read(ref _grown).Task;
            if (_hub.View.Seq > seq || await Task.WhenAny(grown, timeout).ConfigureAwait(false) == timeout)
            {
                return;
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
