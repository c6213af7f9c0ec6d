using System.Buffers;

namespace Rollcall.Core.Log.Lists;

/// <summary>What a list's filters, and its search, say of each place. Lent: it is disposed of.</summary>
internal sealed class PlaceChoice : IDisposable
{
    /// <param name="places">All places.</param>
    /// <param name="query">The list's filters.</param>
    /// <param name="found">The places that a search has found; null when nothing is searched for.</param>
    public PlaceChoice(PlaceChunk[] places, SessionQuery query, SlotSet? found)
    {
        All = query is { Project: null, Agent: null, Host: null, Visible: null };
        Found = found is { IsEmpty: false } ? found : null;
        Chosen = All ? [] : ArrayPool<byte>.Shared.Rent(places.Length * Slots.InChunk);
        if (All)
        {
            return;
        }

        var (project, agent, host) = (PlaceChunk.Hash(query.Project), PlaceChunk.Hash(query.Agent), PlaceChunk.Hash(query.Host));
        var visible = query.Visible?.Select(PlaceChunk.Hash).ToHashSet();
        Parts.Each(places.Length, (from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                var chunk = places[i];
                for (var at = 0; at < Slots.InChunk; at++)
                {
                    var chosen = (query.Project is null || chunk.Projects[at] == project)
                        && (query.Agent is null || chunk.Agents[at] == agent)
                        && (query.Host is null || chunk.Hosts[at] == host)
                        && visible?.Contains(chunk.Projects[at]) != false
                        && chunk.Places[at] is { } place && Has(place, query);
                    Chosen[(i * Slots.InChunk) + at] = chosen ? (byte)1 : (byte)0;
                }
            }
        });
    }

    /// <summary>Whether the filters choose every place.</summary>
    public bool All { get; }

    /// <summary>1 for each place that the filters choose; empty when they choose all.</summary>
    public byte[] Chosen { get; }

    /// <summary>The places that the search has found; null when it has found none.</summary>
    public SlotSet? Found { get; }

    public void Dispose() => ArrayPool<byte>.Shared.Return(Chosen);

    private static bool Has(Place place, SessionQuery query) =>
        (query.Project is null || place.Project == query.Project)
        && (query.Agent is null || place.Agent == query.Agent)
        && (query.Host is null || place.Host == query.Host)
        && (query.Visible is null || (place.Project is { } project && query.Visible.Contains(project)));
}
