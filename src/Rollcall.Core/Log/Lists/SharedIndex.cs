using System.Text;
using Rollcall.Core.Sessions;

namespace Rollcall.Core.Log.Lists;

/// <summary>All sessions as they were after a commit. May be asked on any thread; many lists may be taken from one.</summary>
internal sealed class SharedIndex(
    SessionChunk[] sessions, PlaceChunk[] places, TextSearches inSessions, TextSearches inPlaces, long head)
{
    /// <summary>The last event that is in it.</summary>
    public long Head => head;

    public IReadOnlyList<PlaceChunk> Places => places;

    /// <summary>A page of those that match, and how many match.</summary>
    public (IReadOnlyList<Found> Page, long Total) List(SessionQuery query)
    {
        var sought = string.IsNullOrEmpty(query.Search) ? null : Encoding.UTF8.GetBytes(query.Search.ToLowerInvariant());
        var chosen = PlaceChoice.Of(places, query, sought is null ? null : inPlaces.Find(sought, places));
        var texts = sought is null ? null : inSessions.Find(sought, sessions);
        var matches = Matches.Of(sessions, KindsOf(query), chosen, texts);
        var way = query.Descending;
        var slots = query.Order switch
        {
            SessionOrder.UpdatedAt => Selection<ByUpdate>.Page(matches, new(), query),
            SessionOrder.CreatedAt => Selection<ByCreation>.Page(matches, new(), query),
            SessionOrder.Status => Selection<ByStatus>.Page(matches, new(), query),
            SessionOrder.Name => Selection<ByName>.Page(matches, new(way), query),
            _ => throw new ArgumentOutOfRangeException(nameof(query), query.Order, null),
        };
        return ([.. slots.Select(At)], matches.Total);
    }

    /// <summary>The kinds that a list asks for, a bit each.</summary>
    private static uint KindsOf(SessionQuery query)
    {
        var kinds = 0u;
        foreach (var status in query.Statuses ?? Alive)
        {
            foreach (var state in States)
            {
                if (query.State is null || query.State == state)
                {
                    kinds |= 1u << SessionChunk.KindOf(status, state);
                }
            }
        }

        return kinds;
    }

    private static readonly Protocol.SessionStatus[] Alive =
        [.. Enum.GetValues<Protocol.SessionStatus>().Where(status => status != Protocol.SessionStatus.Terminated)];

    private static readonly Protocol.SessionState[] States = Enum.GetValues<Protocol.SessionState>();

    private Found At(int slot)
    {
        var (chunk, at) = (sessions[slot / Slots.InChunk], slot % Slots.InChunk);
        return chunk.Live[at] is { } live ? new(live, live.View.Id) : new(null, Encoding.UTF8.GetString(SessionText.Id(chunk.Text[at])));
    }
}

/// <summary>A session of a page: the live one itself, or the id of one that has ended.</summary>
internal readonly record struct Found(Session? Live, string Id);
