using Microsoft.Extensions.Logging;

namespace Rollcall.Server.Operations;

/// <summary>
/// Writes down that batches fail, which is mostly the log's refusal, so that a disk that is full is not filled by saying so: the first with all that is
/// known of it, and while it goes on, every <see cref="Apart"/> the next one with how many there were meanwhile.
/// Safe from any thread.
/// </summary>
public sealed partial class FailedBatches(ILogger logger, TimeProvider time)
{
    /// <summary>No two are written down within this time.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _saidAt;
    private long _unsaid;

    /// <summary>A batch failed.</summary>
    public void Note(Exception failure)
    {
        lock (_gate)
        {
            if (_saidAt is { } said && time.GetElapsedTime(said) < Apart)
            {
                _unsaid++;
                return;
            }

            LogFailure(_unsaid, failure);
            (_saidAt, _unsaid) = (time.GetTimestamp(), 0);
        }
    }

    [LoggerMessage(LogLevel.Error, "a batch could not be stored, or not be told. Unsaid since the last such line: {Unsaid} more")]
    private partial void LogFailure(long unsaid, Exception failure);
}
