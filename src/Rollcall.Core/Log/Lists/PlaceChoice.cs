namespace Rollcall.Core.Log.Lists;

/// <summary>What a list's filters, and its search, say of each place.</summary>
internal static class PlaceChoice
{
    /// <summary>The filters choose it.</summary>
    public const byte Chosen = 1;

    /// <summary>The search has found it.</summary>
    public const byte Found = 2;

    /// <summary>A byte per place.</summary>
    public static byte[] Of(PlaceChunk[] places, SessionQuery query, ulong[]? found)
    {
        var choice = new byte[places.Length * Slots.InChunk];
        var any = query is { Project: null, Agent: null, Host: null, Visible: null };
        Parts.Each(places.Length, (from, to) =>
        {
            for (var slot = from * Slots.InChunk; slot < to * Slots.InChunk; slot++)
            {
                var place = places[slot / Slots.InChunk].Places[slot % Slots.InChunk];
                choice[slot] = place is null || !(any || IsChosen(place, query)) ? (byte)0
                    : found is not null && (found[slot >> 6] >> slot & 1) != 0 ? (byte)(Chosen | Found) : Chosen;
            }
        });
        return choice;
    }

    private static bool IsChosen(Place place, SessionQuery query) =>
        (query.Project is null || place.Project == query.Project)
        && (query.Agent is null || place.Agent == query.Agent)
        && (query.Host is null || place.Host == query.Host)
        && (query.Visible is null || (place.Project is { } project && query.Visible.Contains(project)));
}
