using Rollcall.Core.Log;

namespace Rollcall.Core.Fanout;

/// <summary>
/// Pages of the log that somebody who resumes asked for a moment ago: behind a restart everybody lacks the same, which is read and put into words once.
/// Safe from any thread.
/// </summary>
internal sealed class ReplayPages(ILog log, TimeProvider time, Action<Exception> failed)
{
    /// <summary>Pages that are kept, each of about <see cref="LogReplay.PageBytes"/>.</summary>
    private const int Most = 64;

    /// <summary>They are kept for so long after the last was read: those who come back together have come by then.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Selection, ICodec Codec, long After), Task<ReplayPage>> _pages = [];
    private readonly Queue<(string Selection, ICodec Codec, long After)> _order = new();
    private long _readAt;

    /// <summary>The next page for a subscription: of one that is kept, as much as it lacks.</summary>
    public async ValueTask<ReplayPage> Next(Subscription subscription)
    {
        var (selection, codec, after, upTo) = (subscription.Selection, subscription.Codec, subscription.ReplayAfter, subscription.ReplayUpTo);
        var key = (selection.Key, codec, after);
        var page = await Get(null).ConfigureAwait(false);
        if (!page.IsFull && page.UpTo < upTo)
        {
            // It was read when there was less.
            page = await Get(page).ConfigureAwait(false);
        }

        return page.UpTo <= upTo ? page : new ReplayPage(upTo, false, page.Frames?.TakeWhile(frame => frame.Seq <= upTo).ToList());

        async ValueTask<ReplayPage> Get(ReplayPage? tooShort)
        {
            var reading = Begin(key, Read, tooShort, out var isOwn);
            try
            {
                return await reading.ConfigureAwait(false);
            }
            catch when (!isOwn)
            {
                // One whose own reading fails is the only one who hears of it.
                return await Begin(key, Read, tooShort, out _).ConfigureAwait(false);
            }
        }

        // Also what is not told yet, so that who comes a moment later needs no other.
        Task<ReplayPage> Read() => LogReplay.Read(log, selection, codec, after, Math.Max(upTo, log.Head), failed);
    }

    /// <summary>Lets go of them when none was read for a while.</summary>
    public void DropOld()
    {
        lock (_gate)
        {
            if (_pages.Count > 0 && time.GetElapsedTime(_readAt) >= Longest)
            {
                _pages.Clear();
                _order.Clear();
            }
        }
    }

    /// <summary>The page that is kept or being read, unless that is the one that is too short.</summary>
    private Task<ReplayPage> Begin((string Selection, ICodec Codec, long After) key, Func<Task<ReplayPage>> read, ReplayPage? tooShort, out bool isOwn)
    {
        lock (_gate)
        {
            var known = _pages.GetValueOrDefault(key);
            isOwn = known is null or { IsFaulted: true } or { IsCanceled: true } || (tooShort is not null && known.IsCompleted && known.Result == tooShort);
            if (!isOwn)
            {
                return known!;
            }

            if (known is null)
            {
                _order.Enqueue(key);
            }

            while (_order.Count > Most)
            {
                _pages.Remove(_order.Dequeue());
            }

            _readAt = time.GetTimestamp();
            return _pages[key] = Task.Run(read);
        }
    }
}
