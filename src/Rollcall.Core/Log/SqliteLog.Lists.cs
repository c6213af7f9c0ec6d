using Rollcall.Core.Log.Lists;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Lists and counts of sessions.</summary>
public sealed partial class SqliteLog
{
    /// <inheritdoc/>
    public async ValueTask<SessionPage> List(SessionQuery query, CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        await fill.Ready(query.Statuses?.Contains(SessionStatus.Terminated) == true, cancel);
        while (true)
        {
            var shared = index.Share();
            var (page, total) = shared.List(query);
            IReadOnlyList<Found> known = [.. page.Select(found => found.Live is null ? found with { Live = behind.Recent(found.Id) } : found)];
            var views = known.All(found => found.Live is not null)
                ? [.. known.Select(found => found.Live!.View)]
                : await Readers.Read(db => SqliteSessions.Views(db, known, Unread), cancel);

            if (views.TrueForAll(view => view.Seq <= shared.Head))
            {
                return new SessionPage(views, total - (page.Count - views.Count), shared.Head);
            }

            // One that has begun a new life meanwhile is no longer what was listed: the list is taken anew.
            cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAll(IReadOnlySet<string>? projects, CancellationToken cancel = default)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (projects is null)
        {
            return progress.Sessions;
        }

        await fill.Ready(withEnded: true, cancel);
        return index.Count(projects);
    }
}
