using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>
/// The fleet as it was: the log folded from the nearest moment that was folded before. Only the first question about an old
/// moment takes time with the length of the log. Safe from any thread; one fold at a time, so that many who ask share it.
/// </summary>
public sealed class Past : IDisposable
{
    /// <summary>What the moments of a long log may take. One of 10,000 sessions takes some 400 KB.</summary>
    private const long MostBytes = 64 << 20;

    /// <summary>Folded in a tenth of a second or two, several times what a moment of 10,000 sessions costs to keep.</summary>
    private const long Stretch = 16_384;

    /// <summary>Events folded between two looks at the log.</summary>
    private const int Page = 2000;

    /// <summary>Bytes of payload read at once: pieces of output are large.</summary>
    private const long PageBytes = 1024 * 1024;

    private readonly ILog _log;
    private readonly TimeSpan _gap;
    private readonly int _page;
    private readonly Moments _moments;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The past of a log.</summary>
    public Past(ILog log, RollcallOptions options)
        : this(log, options.Hub.WorkPeriodGap, new Moments(MostBytes, Stretch))
    {
    }

    internal Past(ILog log, TimeSpan gap, Moments moments, int page = Page) => (_log, _gap, _moments, _page) = (log, gap, moments, page);

    /// <summary>How many events were folded so far.</summary>
    internal long Folded { get; private set; }

    /// <summary>The fleet after the last event that is neither behind a sequence number nor later than a time; null when retention has removed a part of it.</summary>
    public async ValueTask<FleetThen?> At(long seq, DateTimeOffset time, int skip, int limit, CancellationToken cancel)
    {
        var head = Math.Min(seq, _log.Head);
        Moment? moment;
        long upTo;
        await _turn.WaitAsync(cancel);
        try
        {
            (moment, upTo) = await Find(head, time, cancel);
        }
        finally
        {
            _turn.Release();
        }

        // The horizon is looked at after the reads: it rises before anything is removed.
        if (moment is null || await Whole(moment, upTo, cancel) is not { } sessions || upTo < _log.PrunedTo)
        {
            return null;
        }

        var at = time == DateTimeOffset.MaxValue ? moment.Time : time;
        return new FleetThen(
            upTo,
            at,
            _log.Epoch,
            // Between the events of one change the sessions say what runs.
            FleetAnswer.Of(moment.Period.At(at, _gap), upTo, _log.Epoch) with { TasksRunning = sessions.Sum(session => session.View.TasksRunning) },
            CountsByName(sessions),
            [.. sessions.Skip(skip).Take(limit).Select(session => session.View)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>The moment, and up to which event it holds; null when retention has removed a part of it.</summary>
    private async ValueTask<(Moment? Moment, long UpTo)> Find(long head, DateTimeOffset time, CancellationToken cancel)
    {
        for (; ;)
        {
            var removals = _log.Removals;
            if (removals % 2 != 0)
            {
                // Some milliseconds.
                await Task.Yield();
                continue;
            }

            var pruned = _log.PrunedTo;
            if (head < pruned)
            {
                return (null, head);
            }

            _moments.ForgetBefore(pruned);
            var fold = new MomentFold(_moments.Before(head, time) ?? Moment.Begin(_log.CreatedAt), _gap);
            if (await Run(fold, head, time, removals, cancel) is { } upTo)
            {
                var moment = fold.Moment;
                _moments.Remember(moment);
                return (moment, upTo);
            }
        }
    }

    /// <summary>Folds until an event or a time; up to which event it then holds, or null when retention has removed what it needed meanwhile.</summary>
    private async ValueTask<long?> Run(MomentFold fold, long upTo, DateTimeOffset time, long removals, CancellationToken cancel)
    {
        for (; ;)
        {
            var from = fold.Seq;
            var page = await _log.Read(new LogRange(After: from, UpTo: upTo, Limit: _page, ByteLimit: PageBytes), cancel);
            var now = _log.PrunedTo;
            if (now > from && _log.Removals != removals)
            {
                // What ended a session that lives here may be gone.
                return null;
            }

            foreach (var entry in page)
            {
                if (entry.Time > time)
                {
                    return entry.Seq - 1;
                }

                fold.Take(entry);
                Folded++;
            }

            if (page.Count == 0)
            {
                return upTo;
            }

            // Before the end of what was removed, sessions of that time are missing.
            if (fold.Seq >= now && _moments.Lacks(fold.Seq))
            {
                _moments.Keep(fold.Moment);
            }
        }
    }

    /// <summary>The live sessions of a moment, with what is known of removed output; null where one is no longer known as it was.</summary>
    private async ValueTask<IReadOnlyList<Session>?> Whole(Moment moment, long upTo, CancellationToken cancel)
    {
        var lacks = upTo > moment.Seq ? upTo : moment.Lacks;
        var sessions = new List<Session>(moment.Sessions.Count);
        foreach (var session in moment.Sessions)
        {
            var whole = session.View.Seq >= lacks ? session : await Whole(session, upTo, cancel);
            if (whole is null)
            {
                return null;
            }

            sessions.Add(whole);
        }

        return sessions;
    }

    /// <summary>
    /// A session whose last event until a moment may have been output that retention has removed: the version, which each event
    /// raises by one, tells whether there was any between the last event that is still there and the first behind the moment.
    /// </summary>
    private async ValueTask<Session?> Whole(Session session, long upTo, CancellationToken cancel)
    {
        var view = session.View;
        var behind = await _log.Read(new LogRange(After: upTo, Limit: 1, SessionId: view.Id), cancel);
        var (version, seq) = behind is [var next] ? (next.Version, next.Seq)
            : await _log.Find(view.Id, cancel) is { } now ? (now.View.Version, now.View.Seq)
            : (0, 0);

        // Where nothing came behind the moment, it is as it is now.
        return version == view.Version + 1 && seq > upTo ? session
            : version >= view.Version && seq <= upTo ? session with { View = view with { Version = version, Seq = seq } }
            : null;
    }

    private static Dictionary<string, long> CountsByName(IReadOnlyList<Session> live)
    {
        var counts = Enum.GetValues<SessionStatus>().Where(status => status != SessionStatus.Terminated)
            .ToDictionary(WireName<SessionStatus>.Of, _ => 0L);
        foreach (var session in live)
        {
            counts[WireName<SessionStatus>.Of(session.View.Status)]++;
        }

        return counts;
    }
}
