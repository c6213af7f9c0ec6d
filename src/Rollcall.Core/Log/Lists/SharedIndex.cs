using System.Text;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log.Lists;

/// <summary>All sessions as they were after a commit. May be asked on any thread; many lists may be taken from one.</summary>
internal sealed class SharedIndex(SessionChunk[] sessions, PlaceChunk[] places, long head, Recollection known)
{
    private static readonly SessionState[] States = Enum.GetValues<SessionState>();

    private static readonly SessionStatus[] Alive =
        [.. Enum.GetValues<SessionStatus>().Where(status => status != SessionStatus.Terminated)];

    /// <summary>The last event that is in it.</summary>
    public long Head => head;

    public IReadOnlyList<PlaceChunk> Places => places;

    /// <summary>A page of those that match, and how many match.</summary>
    public (IReadOnlyList<Found> Page, long Total) List(SessionQuery query)
    {
        var sought = string.IsNullOrEmpty(query.Search) ? null : Encoding.UTF8.GetBytes(query.Search.ToLowerInvariant());
        var kinds = KindsOf(query);
        using var chosen = new PlaceChoice(places, query, sought is null ? null : known.OfPlaces.Find(sought, places, _ => true));
        var texts = sought is null ? null : known.OfSessions.Find(sought, sessions, chunk => (chunk.Kinds & kinds) != 0);
        using var matches = Matches.Of(sessions, kinds, chosen, texts);
        var slots = query.Order switch
        {
            SessionOrder.UpdatedAt => new Selection<ByUpdate>(matches, new()).Page(query),
            SessionOrder.CreatedAt => new Selection<ByCreation>(matches, new()).Page(query),
            SessionOrder.Status => new Selection<ByStatus>(matches, new()).Page(query),
            SessionOrder.Name => known.Names(sessions).Page(matches, query),
            _ => throw new ArgumentOutOfRangeException(nameof(query), query.Order, null),
        };
        return (Array.ConvertAll(slots, At), matches.Total);
    }

    /// <summary>Does what is not done yet of what lists need beside the columns, so that none has to wait for it.</summary>
    public void Prepare()
    {
        known.Names(sessions);
        foreach (var chunk in sessions)
        {
            chunk.Text.Prepared();
        }
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

    private Found At(int slot)
    {
        var (chunk, at) = (sessions[slot / Slots.InChunk], slot % Slots.InChunk);
        return chunk.Live[at] is { } live ? new(live, live.View.Id) : new(null, Encoding.UTF8.GetString(SessionText.Id(chunk.Text[at])));
    }
}

/// <summary>A session of a page: the live one itself, or the id of one that has ended.</summary>
internal readonly record struct Found(Session? Live, string Id);
