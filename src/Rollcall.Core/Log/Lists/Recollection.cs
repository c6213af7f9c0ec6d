namespace Rollcall.Core.Log.Lists;

/// <summary>What lists have found out and the next ones may use, as far as nothing has changed since. Safe on any thread.</summary>
internal sealed class Recollection
{
    private readonly Lock sorting = new();
    private volatile NameOrder names = NameOrder.Empty;

    public TextSearches OfSessions { get; } = new();

    public TextSearches OfPlaces { get; } = new();

    /// <summary>The order of the names of these sessions.</summary>
    public NameOrder Names(SessionChunk[] sessions)
    {
        lock (sorting)
        {
            return names = names.Of(sessions);
        }
    }
}
