namespace Rollcall.Core.Log.Lists;

/// <summary>What a list's filters, and its search, say of each place.</summary>
internal sealed class PlaceChoice
{
    /// <param name="places">All places.</param>
    /// <param name="query">The list's filters.</param>
    /// <param name="found">The places that a search has found, as a set of bits; null when nothing is searched for.</param>
    public PlaceChoice(PlaceChunk[] places, SessionQuery query, ulong[]? found)
    {
        All = query is { Project: null, Agent: null, Host: null, Visible: null };
        Found = found is not null && found.AsSpan().ContainsAnyExcept(0UL) ? found : null;
        Chosen = All ? [] : new byte[places.Length * Slots.InChunk];
        if (All)
        {
            return;
        }

        Parts.Each(places.Length, (from, to) =>
        {
            for (var slot = from * Slots.InChunk; slot < to * Slots.InChunk; slot++)
            {
                Chosen[slot] = places[slot / Slots.InChunk].Places[slot % Slots.InChunk] is { } place && Has(place, query) ? (byte)1 : (byte)0;
            }
        });
    }

    /// <summary>Whether the filters choose every place.</summary>
    public bool All { get; }

    /// <summary>1 for each place that the filters choose; empty when they choose all.</summary>
    public byte[] Chosen { get; }

    /// <summary>The places that the search has found, as a set of bits; null when it has found none.</summary>
    public ulong[]? Found { get; }

    private static bool Has(Place place, SessionQuery query) =>
        (query.Project is null || place.Project == query.Project)
        && (query.Agent is null || place.Agent == query.Agent)
        && (query.Host is null || place.Host == query.Host)
        && (query.Visible is null || (place.Project is { } project && query.Visible.Contains(project)));
}
