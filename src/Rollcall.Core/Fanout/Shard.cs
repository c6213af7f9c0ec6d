using System.Runtime.InteropServices;
using Rollcall.Core.Fleet;

namespace Rollcall.Core.Fanout;

/// <summary>
/// One loop, on a thread of its own, that writes for some of the connections: woken by a run that grew or by a
/// connection with mail. Between wakings an idle connection costs nothing but a look per second.
/// </summary>
internal sealed class Shard : IAsyncDisposable
{
    /// <summary>Milliseconds that the other side has to answer a close.</summary>
    private const long CloseTimeout = 5000;

    /// <summary>Connections that are written to together: what they touch has to stay in the processor's second cache.</summary>
    private const int HeldTogether = 32;

    private readonly WorkQueue _work = new();
    private readonly Fanout _fanout;
    private readonly TimeProvider _time;
    private readonly AlarmClock _clock;
    private readonly Task _loop;
    private readonly List<Outlet> _scratch = [];
    private readonly List<Outlet> _holding = new(HeldTogether);
    private long _writes;
    private long _recently;

    /// <summary><see cref="Fanout.HeldShare"/> at the last look.</summary>
    private double _heldShare;

    public Shard(Fanout fanout, int index, TimeProvider time)
    {
        _fanout = fanout;
        _time = time;
        Index = index;
        _recently = Now;
        _clock = new AlarmClock(time, () => Wake(this), every: fanout.Options.Resolution);
        _clock.Set(fanout.Options.Resolution);

        // Writing to thousands of sockets takes milliseconds, for which no thread of the pool is to be missing.
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public int Index { get; }

    /// <summary>Milliseconds of a clock that only goes forward.</summary>
    public long Now => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>As <see cref="Now"/>, when this shard last had something to do: free of charge, and at most a second late.</summary>
    public long Recently => Volatile.Read(ref _recently);

    /// <summary>Writes to connections so far.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Counts a write.</summary>
    public void Wrote() => Interlocked.Increment(ref _writes);

    /// <summary>Has the loop look at a run once it is woken; does nothing once it has ended.</summary>
    public void Add(Run run) => _work.Add(run);

    /// <summary>Wakes the loop if there is something to do.</summary>
    public void Wake() => _work.Wake();

    /// <summary>Nothing wakes the loop until <see cref="Release"/>. Only the hub's writer does this.</summary>
    public void Hold() => _work.Hold();

    /// <summary>Wakes the loop if there is something to do.</summary>
    public void Release() => _work.Release();

    /// <summary>Has the loop look at an outlet, or at all of them when it is given itself; does nothing once it has ended.</summary>
    public void Wake(object outletOrShard)
    {
        _work.Add(outletOrShard);
        _work.Wake();
    }

    public async ValueTask DisposeAsync()
    {
        await _clock.DisposeAsync().ConfigureAwait(false);
        _work.Complete();
        await _loop.ConfigureAwait(false);
        _work.Dispose();
    }

    private void Run()
    {
        while (_work.Take() is { } work)
        {
            Do(work);
        }
    }

    /// <summary>A method of its own, because the runtime improves only what is called again: the loop never is.</summary>
    private void Do(object work)
    {
        Volatile.Write(ref _recently, Now);
        switch (work)
        {
            case Outlet outlet:
                outlet.Pump();
                break;
            case Run run:
                _fanout.TakeListeners(run, Index, _scratch);
                Pump(CollectionsMarshal.AsSpan(_scratch));
                break;
            default:
                _fanout.TakeOutlets(Index, _scratch);
                _heldShare = _fanout.HeldShare;
                _scratch.ForEach(_clock.StoodStill(_time.GetUtcNow()) ? Forgive : LookAt);
                break;
        }

        _scratch.Clear();
    }

    /// <summary>
    /// Has each write what it lacks. Those whose transports hold it are released together: what prepares bytes and what
    /// sends them then each find themselves in the processor's caches.
    /// </summary>
    private void Pump(ReadOnlySpan<Outlet> outlets)
    {
        var first = 0;
        for (var i = 0; i < outlets.Length; i++)
        {
            FetchBehind(outlets, i);
            if (outlets[i].Pump(mayHold: true))
            {
                first = _holding.Count == 0 ? i : first;
                _holding.Add(outlets[i]);
            }

            // Those that do not hold count, too: nobody waits for more than so many.
            if (_holding.Count > 0 && i - first == HeldTogether - 1)
            {
                ReleaseHeld();
            }
        }

        ReleaseHeld();
    }

    private void ReleaseHeld()
    {
        foreach (var outlet in _holding)
        {
            outlet.Release();
        }

        _holding.Clear();
    }

    /// <summary>Has those behind one fetched: the third after it, the parts of the second, which its fields name, and so on.</summary>
    private static void FetchBehind(ReadOnlySpan<Outlet> outlets, int pumped)
    {
        if (pumped + 3 < outlets.Length)
        {
            Prefetch.Begin(outlets[pumped + 3]);
        }

        if (pumped + 2 < outlets.Length)
        {
            outlets[pumped + 2].PrefetchParts();
        }

        if (pumped + 1 < outlets.Length)
        {
            outlets[pumped + 1].PrefetchTransport();
        }
    }

    /// <summary>While the hub stood still it could not hear, nor see what was read.</summary>
    private void Forgive(Outlet outlet) => outlet.Clock.Restart(Now);

    private void LookAt(Outlet outlet)
    {
        ref var clock = ref outlet.Clock;
        var (options, now) = (_fanout.Options, Now);
        // In the opposite order to that in which a connection ends.
        var closed = outlet.IsClosed;
        if (!closed && clock.DoomedSince == 0)
        {
            outlet.Look(acknowledgedCounts: _heldShare <= 1);
        }

        var (writing, doomed) = (clock.WritingSince, clock.DoomedSince);

        // The more is held beyond what may be, the less time a write has.
        var maxStall = options.MaxStall / Math.Max(1, _heldShare);
        if (outlet.IsSocket && now - clock.LastHeard >= Early(options.MaxSilence))
        {
            outlet.Abort();
        }
        else if (closed)
        {
            // It was told that it ends, and does not answer.
            if (now - writing > CloseTimeout)
            {
                outlet.Abort();
            }
        }
        else if (IsOver(writing, maxStall + options.StallLinger) || IsOver(doomed, options.StallLinger))
        {
            outlet.Abort();
        }
        else if (IsOver(writing, maxStall))
        {
            End(outlet, 1013, "reads too slowly");
        }
        else if (outlet.IsSocket && now - clock.LastHeard >= Early(options.MaxSilence, looks: 2))
        {
            // It may still hear us; if it does not answer, it is cut off at the next look.
            End(outlet, 1001, "nothing was heard");
        }
        else if (writing == 0 && now - clock.Quiet(outlet.IsSocket) >= Early(outlet.IsSocket ? options.PingEvery : options.CommentEvery))
        {
            clock.Pinged(now);
            outlet.Send(outlet.KeepAlive);
        }

        bool IsOver(long since, TimeSpan most) => since > 0 && now - since > most.TotalMilliseconds;
    }

    /// <summary>Milliseconds after which something is done that is due within a time, when it is looked at only now and then.</summary>
    private double Early(TimeSpan due, int looks = 1) =>
        due.TotalMilliseconds - (looks * Math.Min(_fanout.Options.Resolution.TotalMilliseconds, due.TotalMilliseconds / 4));

    private void End(Outlet outlet, int code, string reason)
    {
        if (outlet.Clock.DoomedSince == 0)
        {
            outlet.Clock.Doom(Now);
            outlet.Close(code, reason);
        }
    }
}
