namespace Rollcall.Core.Fanout;

/// <summary>
/// Gathers what subscriptions of one connection lack: of one, whole stretches of its run; of several, their frames
/// in the order in which they were published. Moves the cursors over what it took.
/// </summary>
internal static class Slices
{
    /// <summary>Takes at most about <paramref name="budget"/> bytes of what was published up to an order.</summary>
    public static void Take(Subscription[] subscriptions, long upTo, int budget, List<ReadOnlyMemory<byte>> into)
    {
        while (budget > 0 && Earliest(subscriptions, upTo, out var limit) is { } next)
        {
            var slice = Stretch(next, limit, budget);
            into.Add(slice);
            budget -= slice.Length;
        }
    }

    /// <summary>As <see cref="Take"/> for one subscription alone: a stretch of one chunk; empty when it lacks nothing.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="upTo">The order.</param>
    /// <param name="budget">Bytes.</param>
    /// <param name="goesOn">Whether what it lacks goes on in the next chunk.</param>
    public static ReadOnlyMemory<byte> TakeOne(Subscription subscription, long upTo, int budget, out bool goesOn)
    {
        goesOn = false;
        if (!TryPeek(subscription, out var order) || order > upTo)
        {
            return default;
        }

        var slice = Stretch(subscription, upTo, budget);
        var (chunk, frame) = subscription.Cursor;
        goesOn = frame == chunk.Count && chunk.Next is { Count: > 0 } next && next[0].Order <= upTo;
        return slice;
    }

    private static ReadOnlyMemory<byte> Stretch(Subscription subscription, long upTo, int budget)
    {
        var (chunk, from) = subscription.Cursor;
        var to = from;
        for (var bytes = 0; to < chunk.Count && chunk[to].Order <= upTo && bytes < budget && !IsStated(subscription, in chunk[to]); to++)
        {
            bytes = chunk.EndOf(to + 1) - chunk.EndOf(from);
        }

        subscription.Cursor = new Cursor(chunk, to);
        return chunk.Frames(from, to);
    }

    /// <summary>The subscription whose next frame is the oldest, and up to which order it may be read alone.</summary>
    private static Subscription? Earliest(Subscription[] subscriptions, long upTo, out long limit)
    {
        Subscription? first = null;
        long firstOrder = long.MaxValue;
        limit = upTo;
        foreach (var subscription in subscriptions)
        {
            if (!TryPeek(subscription, out var order) || order > upTo)
            {
                continue;
            }

            if (order < firstOrder)
            {
                limit = Math.Min(limit, firstOrder == long.MaxValue ? upTo : firstOrder - 1);
                (first, firstOrder) = (subscription, order);
            }
            else
            {
                // An equal order is the same event on another topic: told by each, one after the other.
                limit = Math.Min(limit, Math.Max(order - 1, firstOrder));
            }
        }

        return first;
    }

    private static bool TryPeek(Subscription subscription, out long order)
    {
        order = 0;
        if (subscription.IsStopped || subscription.IsLost)
        {
            // What it missed is not told any more, or not yet, so that nothing newer may be.
            return false;
        }

        var (chunk, frame) = subscription.Cursor;
        while (true)
        {
            // Looked at once: what is added meanwhile is there the next time.
            if (frame < chunk.Count)
            {
                if (!IsStated(subscription, in chunk[frame]))
                {
                    break;
                }

                subscription.Cursor = new Cursor(chunk, ++frame);
                continue;
            }

            if (chunk.Dropped || chunk.Next is not { } next)
            {
                return false;
            }

            // A frame may have been added before the next chunk was.
            if (frame < chunk.Count)
            {
                continue;
            }

            subscription.Cursor = new Cursor(next, 0);
            (chunk, frame) = (next, 0);
        }

        order = chunk[frame].Order;
        return true;
    }

    private static bool IsStated(Subscription subscription, in FrameMark frame) => frame.Seq == FrameMark.State && frame.Order <= subscription.StatedAt;
}
