using Microsoft.Extensions.Hosting;
using Rollcall.Core;

namespace Rollcall.Server.Streams;

/// <summary>Lets a request wait until the log grows: what the long poll stands on. Safe from any thread.</summary>
public sealed class LogTail
{
    private readonly SessionHub _hub;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private TaskCompletionSource _grown = New();

    /// <summary>Follows a hub until it stops.</summary>
    public LogTail(SessionHub hub, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        (_hub, _time, _stopping) = (hub, time, lifetime.ApplicationStopping);
        hub.Applied += (_, _) => Interlocked.Exchange(ref _grown, New()).TrySetResult();
    }

    /// <summary>Whether the hub stops: who would begin to wait is to come back later.</summary>
    public bool IsStopping => _hub.Fanout.IsDraining || _stopping.IsCancellationRequested;

    /// <summary>True once the log has grown beyond a sequence number; false when the time is over or the hub stops.</summary>
    public async Task<bool> WaitBeyond(long seq, TimeSpan most, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping);
        var timeout = Task.Delay(most, _time, either.Token);
        try
        {
            while (true)
            {
                var grown = Volatile.Read(ref _grown).Task;
                if (_hub.View.Seq > seq)
                {
                    return true;
                }

                if (await Task.WhenAny(grown, timeout).ConfigureAwait(false) == timeout)
                {
                    return false;
                }
            }
        }
        finally
        {
            // Else its timer would outlive the request.
            await either.CancelAsync().ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
