namespace Rollcall.Core.Fanout;

/// <summary>What waits for one thread, in order. Anybody adds; that thread takes, and sleeps while there is nothing.</summary>
internal sealed class WorkQueue : IDisposable
{
    private readonly Queue<object> _work = new();
    private readonly Parker _parker = Parker.Create();
    private bool _held;
    private bool _sleeps;
    private bool _completed;

    /// <summary>Whether the thread found nothing and sleeps, or is about to.</summary>
    public bool Sleeps
    {
        get
        {
            lock (_work)
            {
                return _sleeps;
            }
        }
    }

    /// <summary>Adds something, for which nobody is woken before <see cref="Wake"/>; does nothing once the queue is complete.</summary>
    public void Add(object work)
    {
        lock (_work)
        {
            if (!_completed)
            {
                _work.Enqueue(work);
            }
        }
    }

    /// <summary>Nothing wakes the thread until <see cref="Release"/>: more is about to be added. Where it is awake, it goes on. For one holder.</summary>
    public void Hold()
    {
        lock (_work)
        {
            _held = true;
        }
    }

    /// <summary>Ends <see cref="Hold"/>, and wakes the thread as <see cref="Wake"/> does.</summary>
    public void Release()
    {
        lock (_work)
        {
            _held = false;
        }

        Wake();
    }

    /// <summary>
    /// Wakes the thread if it sleeps, it is not held, and there is something for it. Who calls this should hold no lock that the thread will want: where
    /// there is one core, it runs at once.
    /// </summary>
    public void Wake()
    {
        bool wakes;
        lock (_work)
        {
            wakes = _sleeps && !_held && (_work.Count > 0 || _completed);
            _sleeps &= !wakes;
        }

        if (wakes)
        {
            _parker.Unpark();
        }
    }

    /// <summary>Nothing more is added; what is there is still taken.</summary>
    public void Complete()
    {
        lock (_work)
        {
            _completed = true;
        }

        Wake();
    }

    /// <summary>
    /// Takes the next, waiting for it; null when there is none and none will come. It sleeps and does not spin: whatever would
    /// wake it may need this very core.
    /// </summary>
    public object? Take()
    {
        while (true)
        {
            lock (_work)
            {
                if (_work.TryDequeue(out var work) || _completed)
                {
                    return work;
                }

                _sleeps = true;
            }

            _parker.Park();
        }
    }

    public void Dispose() => _parker.Dispose();
}
