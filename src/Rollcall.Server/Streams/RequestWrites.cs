namespace Rollcall.Server.Streams;

/// <summary>
/// Whether something is being written to a request's answer. The web server uses its objects for another request as soon as this
/// one's handler returns, which therefore waits for the last write, and none begins behind it. One writer at a time; ended once, from
/// any thread. A field of its owner, never copied.
/// </summary>
internal struct RequestWrites
{
    private const int Idle = 0;
    private const int Writing = 1;
    private const int Ended = 2;

    private int _state;
    private TaskCompletionSource? _last;

    /// <summary>A write begins; <see cref="Done"/> must follow.</summary>
    /// <exception cref="IOException">No more is written.</exception>
    public void Begin()
    {
        if (Interlocked.CompareExchange(ref _state, Writing, Idle) != Idle)
        {
            throw new IOException("the connection has ended");
        }
    }

    /// <summary>The write is over, well or not.</summary>
    public void Done()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Writing) == Ended)
        {
            _last!.SetResult();
        }
    }

    /// <summary>No write begins from here on; gives the one that is under way, null when there is none.</summary>
    public Task? End()
    {
        _last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.Exchange(ref _state, Ended) == Writing ? _last.Task : null;
    }
}
