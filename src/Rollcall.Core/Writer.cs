using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>
/// The hub's one writer. Takes what waits as a batch, decides it, appends it, applies it, puts it where all who watch find it, and only then
/// answers. Everything here is touched by its loop alone, so that no lock guards the domain.
/// </summary>
internal sealed partial class Writer : IAsyncDisposable
{
    private readonly SubmissionQueue _queue;
    private readonly ILog _log;
    private readonly Fanout.Fanout _fanout;
    private readonly Owners _owners;
    private readonly HubOptions _options;
    private readonly TimeProvider _time;
    private readonly Liveness _liveness;
    private readonly AlarmClock _clock;
    private readonly Dictionary<string, Session> _unstoredHeartbeats = [];
    private readonly Task _loop;

    /// <summary>When heartbeats were stored last, or could not be.</summary>
    private DateTimeOffset _heartbeatsStoredAt;

    /// <summary>When the last batch was decided, or the last live session was seen or the last task done that the log knew.</summary>
    private DateTimeOffset _latest;
    private bool _aheads;
    private bool _stopping;
    private FleetView _view;

    public Writer(
        SubmissionQueue queue, ILog log, Fanout.Fanout fanout, Owners owners, HubOptions options, TimeProvider time, Recovered recovered)
    {
        _queue = queue;
        _log = log;
        _fanout = fanout;
        _owners = owners;
        _options = options;
        _time = time;
        _view = fanout.View;
        _liveness = new Liveness(options, owners);
        _liveness.Restore(recovered.Leases, recovered.Live, Now());
        _clock = new AlarmClock(time, () => queue.TryAdd(new Submission.Tick(time.GetUtcNow())), every: Timeout.InfiniteTimeSpan);
        _heartbeatsStoredAt = Now();
        _latest = recovered.Live.Select(session => session.View.LastSeenAt).Append(_view.State.Period.IdleSince).Append(Now()).Max();
        SetClock(TimeSpan.FromMilliseconds(1));
        _loop = Task.Run(Run);
    }

    /// <summary>Called after a batch was told.</summary>
    public Action<IReadOnlyList<HubEvent>, FleetView>? Applied { get; set; }

    /// <summary>Called when a batch could not be stored, or not be told.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Completes when the queue was closed and everything in it is answered.</summary>
    public async ValueTask DisposeAsync()
    {
        await _loop.ConfigureAwait(false);
        await _clock.DisposeAsync().ConfigureAwait(false);
    }

    private async Task Run()
    {
        var taken = new List<Submission>();
        while (await _queue.Wait().ConfigureAwait(false))
        {
            // Behind whoever is about to submit: a busy hub's batches grow by it, an idle one's do not wait.
            await Task.Yield();
            var size = 0;
            for (int more; size < _options.BatchLength && (more = _queue.Take(taken)) > 0;)
            {
                size += more;
            }

            // One in each round, whatever else there is.
            for (var more = _queue.TakeLarge(taken); more > 0; more = size < _options.BatchLength ? _queue.TakeLarge(taken) : 0)
            {
                size += more;
            }

            _aheads = size > Small && !_options.OneCore;
            await Process(taken, size).ConfigureAwait(false);
            taken.Clear();
        }

        _stopping = true;
        await Process(taken, 0).ConfigureAwait(false);
    }

    private async Task Process(List<Submission> taken, int size)
    {
        var batch = new Batch(_view, _log.Head, Now(), _options.WorkPeriodGap, size);
        if (_clock.StoodStill(batch.Now) | _queue.RefusedSomebody())
        {
            // Nobody was heard, or it is not known who was not; whatever becomes of the batch.
            _liveness.Renew(Now());
        }

#pragma warning disable CA1031 // Whatever fails, the callers are told the truth and the loop goes on.
        try
        {
            if (WentBack(batch.Now))
            {
                GoBack(batch);
            }

            var known = await FindReceipts(taken).ConfigureAwait(false);
            foreach (var submission in taken)
            {
                await Decide(batch, submission, known).ConfigureAwait(false);
            }

            await Append(batch).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await _log.TakeBack().ConfigureAwait(false);

            // Nothing was applied: what came due is still due. But who is gone is gone.
            if (taken.Exists(static submission => submission.IsHeard))
            {
                // Somebody was not heard, and who that was may not be known.
                _liveness.Renew(batch.Now);
            }

            LetGoOfGone(taken, batch.Now);
            Watch(batch, _view);
            SetClock(RetryAfter);
            Failed?.Invoke(failure);
            var changed = failure is UncertainCommitException ? "whether anything was changed is not known" : "nothing was changed";
            Callers.Tell(taken, submission => submission.Refuse($"the log could not be written; {changed}"));
            return;
        }

        // It is durable, so that the answer stays yes, and what could not be done of one keeps nothing of the other.
        Guarded(() => Apply(batch, taken));
        Guarded(() => Tell(batch));
#pragma warning restore CA1031

        if (_options.FewCores)
        {
            AnswerBrief(taken);
        }

        Callers.Tell(taken, static submission => submission.Answer());
    }

    private async ValueTask Append(Batch batch)
    {
        AddUnstoredLeaves(batch);
        var late = (_stopping || batch.Now - _heartbeatsStoredAt >= _options.StoreHeartbeatsEvery)
            && _unstoredHeartbeats.Count + batch.Sessions.Count > 0;
        if (!batch.MustAppend)
        {
            foreach (var session in batch.Sessions)
            {
                _unstoredHeartbeats[session.View.Id] = session;
            }

            if (!late)
            {
                return;
            }
        }

        var logged = batch.ToLog();
        if (_unstoredHeartbeats.Count > 0)
        {
            var touched = logged.Sessions.Select(session => session.View.Id).ToHashSet();
            logged = logged with
            {
                Sessions = [.. logged.Sessions, .. _unstoredHeartbeats.Values.Where(session => !touched.Contains(session.View.Id))],
            };
        }

        var appended = _log.Append(logged).AsTask();
#pragma warning disable CA1031 // Whatever fails here fails again behind the commit, where it is told.
        try
        {
            // A large batch is committed elsewhere, meanwhile.
            batch.Prepare();
        }
        catch (Exception)
        {
        }
#pragma warning restore CA1031

        _heartbeatsStoredAt = batch.Now;
        try
        {
            await appended.ConfigureAwait(false);
        }
        catch (Exception failure) when (!batch.MustAppend)
        {
            // They are heard all the same, and stored with the next ones.
            await _log.TakeBack().ConfigureAwait(false);
            Failed?.Invoke(failure);
            return;
        }

        _unstoredHeartbeats.Clear();
        _unstoredLeaves.Clear();
    }

    private void Apply(Batch batch, List<Submission> taken)
    {
        // First, because what it answers is durable, whatever fails here.
        BeginOwning(batch);
        _latest = batch.Now;
        var before = _view;
        _view = batch.View;
        foreach (var (id, sign) in batch.Signs)
        {
            _liveness.Set(id, sign, batch.Now);
        }

        LetGoOfForeign(batch);
        Watch(batch, null);
        SetClock(TimeSpan.FromMilliseconds(1));
        if (ReferenceEquals(before, _view))
        {
            return;
        }

        Publish(batch, taken);
        if (batch.Events.Count > 0)
        {
            Applied?.Invoke(batch.Events, _view);
        }
    }

    /// <summary>
    /// Where there is one core, whoever does next to nothing with an answer is given it as soon as everybody can see what was done, and before the
    /// watchers are written to; where there are more, behind that: by the writer where there are few, else by the pool meanwhile.
    /// </summary>
    private void Publish(Batch batch, List<Submission> taken)
    {
        if (!_options.OneCore)
        {
            _fanout.Publish(_view, batch.Publications);
            return;
        }

        _fanout.Publish(_view, batch.Publications, () => AnswerBrief(taken));
    }

    /// <summary>Answers whoever does next to nothing with it.</summary>
    private static void AnswerBrief(List<Submission> taken)
    {
        foreach (var submission in taken)
        {
            if (submission.IsBrief)
            {
                submission.Answer();
            }
        }

        taken.RemoveAll(static submission => submission.IsBrief);
    }
}
