using System.Text;
using Rollcall.Protocol;

namespace Rollcall.Core.Log.Lists;

/// <summary>What many sessions have in common: where they belong, where they run, and with what.</summary>
internal sealed record Place(string? Project, string? Agent, string? Host, string? Cwd, string? Model)
{
    public static Place Of(SessionView view) => new(view.Project, view.Agent, view.Host, view.Cwd, view.Model);
}

/// <summary>A chunk of places, with what a search looks through in them, and with hashes by which filters pass over most.</summary>
internal sealed class PlaceChunk : IChunk<PlaceChunk>
{
    public Place?[] Places { get; private init; } = new Place?[Slots.InChunk];

    public int[] Projects { get; private init; } = new int[Slots.InChunk];

    public int[] Agents { get; private init; } = new int[Slots.InChunk];

    public int[] Hosts { get; private init; } = new int[Slots.InChunk];

    public TextChunk Text { get; private set; } = TextChunk.Empty;

    public static int Hash(string? text) => text?.GetHashCode(StringComparison.Ordinal) ?? 0;

    public PlaceChunk Copy() => new() { Places = [.. Places], Projects = [.. Projects], Agents = [.. Agents], Hosts = [.. Hosts], Text = Text };

    public void Set(int at, Place place, ReadOnlySpan<byte> text)
    {
        (Places[at], Projects[at], Agents[at], Hosts[at]) = (place, Hash(place.Project), Hash(place.Agent), Hash(place.Host));
        Text = Text.With(at, text);
    }
}

/// <summary>Every place that a session has, once. Unsynchronised, but for what was shared.</summary>
internal sealed class Places
{
    /// <summary>No UTF-8, so that nothing that is searched for reaches across.</summary>
    private const byte Between = 0xFF;

    private readonly Slots<PlaceChunk> slots = new();
    private readonly Dictionary<Place, int> known = [];
    private readonly List<int> sessions = [];
    private byte[] buffer = [];

    /// <summary>The number of a place that one more session has.</summary>
    public int Enter(Place place)
    {
        if (!known.TryGetValue(place, out var slot))
        {
            known.Add(place, slot = slots.Take());
            slots.Changing(slot).Set(slot % Slots.InChunk, place, Text(place));
            if (slot == sessions.Count)
            {
                sessions.Add(0);
            }
        }

        sessions[slot]++;
        return slot;
    }

    /// <summary>One session fewer has the place; nobody's is forgotten.</summary>
    public void Leave(int slot)
    {
        if (--sessions[slot] > 0)
        {
            return;
        }

        var chunk = slots.Changing(slot);
        known.Remove(chunk.Places[slot % Slots.InChunk]!);
        chunk.Places[slot % Slots.InChunk] = null;
        slots.Free(slot);
    }

    public PlaceChunk[] Share() => slots.Share();

    /// <summary>How many sessions these projects have.</summary>
    public long Count(IReadOnlySet<string> projects) =>
        known.Sum(entry => entry.Key.Project is { } project && projects.Contains(project) ? (long)sessions[entry.Value] : 0);

    private ReadOnlySpan<byte> Text(Place place)
    {
        ReadOnlySpan<string?> texts = [place.Project, place.Cwd, place.Model];
        var length = 0;
        foreach (var text in texts)
        {
            var lower = text?.ToLowerInvariant() ?? "";
            var most = length + 1 + Encoding.UTF8.GetMaxByteCount(lower.Length);
            if (buffer.Length < most)
            {
                Array.Resize(ref buffer, most);
            }

            length += Encoding.UTF8.GetBytes(lower, buffer.AsSpan(length));
            buffer[length++] = Between;
        }

        return buffer.AsSpan(0, length);
    }
}
