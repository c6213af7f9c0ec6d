using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>The fleet as it was: the log folded from its beginning. Takes time with the length of the log.</summary>
public sealed class Past(ILog log, RollcallOptions options)
{
    /// <summary>Events folded between two looks at the log.</summary>
    private const int Page = 2000;

    /// <summary>The fleet after the last event that is neither behind a sequence number nor later than a time; null when retention has removed a part of it.</summary>
    public async ValueTask<FleetThen?> At(long seq, DateTimeOffset time, CancellationToken cancel)
    {
        var upTo = Math.Min(seq, log.Head);
        var createdAt = (await log.Recover(cancel)).CreatedAt;
        var fold = new Fold(createdAt, options.Hub.WorkPeriodGap);
        for (var drained = false; !drained;)
        {
            var page = await log.Read(new LogRange(After: fold.View.Seq, UpTo: upTo, Limit: Page), cancel);
            drained = page.Count < Page;
            if (page.FirstOrDefault(entry => entry.Time > time) is { } later)
            {
                (upTo, drained) = (later.Seq - 1, true);
            }

            foreach (var entry in page.TakeWhile(entry => entry.Seq <= upTo))
            {
                fold.Take(entry);
            }
        }

        // Looked at after the reads: it rises before anything is removed.
        if (upTo < log.PrunedTo)
        {
            return null;
        }

        var at = time == DateTimeOffset.MaxValue ? fold.Time : time;
        return new FleetThen(
            upTo,
            at,
            log.Epoch,
            FleetAnswer.Of(fold.View.State.Period.At(at, options.Hub.WorkPeriodGap), upTo, log.Epoch),
            fold.View.CountsByName(),
            [.. fold.View.Live.Values.Select(session => session.View).OrderBy(view => view.CreatedAt).ThenBy(view => view.Id, StringComparer.Ordinal)]);
    }

    /// <summary>The state while the log is folded. Used by one request.</summary>
    private sealed class Fold(DateTimeOffset createdAt, TimeSpan gap)
    {
        private readonly Dictionary<string, Session> _sessions = [];

        public FleetView View { get; private set; } = FleetView.Of(0, [], FleetState.Begin(createdAt));

        public DateTimeOffset Time { get; private set; } = createdAt;

        public void Take(LogEntry entry)
        {
            Time = entry.Time;
            View = View with { Seq = entry.Seq };
            switch (EventNames.Parse(entry.Event, entry.Payload))
            {
                case SessionEvent happened:
                    Take(entry, happened);
                    break;
                case { } happened:
                    View = View.With(happened);
                    break;
                default:
                    // A newer version wrote it: it changes nothing that this one knows.
                    break;
            }
        }

        private void Take(LogEntry entry, SessionEvent happened)
        {
            var before = _sessions.GetValueOrDefault(happened.SessionId);
            if (before is null && happened is not SessionCreated)
            {
                // The rest of a session that retention removed.
                return;
            }

            var after = SessionFold.Apply(before, happened);
            after = after with { View = after.View with { Version = entry.Version } };
            _sessions[happened.SessionId] = after;
            View = View.With(before, after) with
            {
                State = View.State with { Period = View.State.Period.Apply(before, after, happened, gap) },
            };
        }
    }
}
