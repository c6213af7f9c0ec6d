using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.Core.Log;

/// <summary>
/// Whose the last events are, which no segment lists yet (<see cref="SqliteSegments"/>): so that they need not be read
/// again when theirs is full. Where not all of a segment's are known, after a start or where some were removed, they are. Used by the writer only.
/// </summary>
internal sealed class SqliteOpenSegment
{
    private static readonly SqliteInsert Rows = new("segments", columns: 3);

    /// <summary>Whose each is, in order; null for the fleet's.</summary>
    private readonly List<string?> owners = [];

    /// <summary>The event before the first.</summary>
    private long after;

    /// <summary>Lists the events of the segments that become full with a batch, within the caller's transaction.</summary>
    public void Close(SqliteStatements db, IReadOnlyList<LogEntry> entries, long before)
    {
        for (var segment = before / SqliteSegments.Length; segment < (before + entries.Count) / SqliteSegments.Length; segment++)
        {
            var first = segment * SqliteSegments.Length;
            if (first < before && (after > first || after + owners.Count != before))
            {
                SqliteSegments.Close(db, segment);
            }
            else
            {
                Insert(db, segment, Places(entries, before, first));
            }
        }
    }

    /// <summary>Takes note of a batch that is durable.</summary>
    public void Follow(IReadOnlyList<LogEntry> entries, long head)
    {
        var (before, first) = (head - entries.Count, head / SqliteSegments.Length * SqliteSegments.Length);
        if (after + owners.Count != before || after < first)
        {
            owners.Clear();
            after = Math.Max(before, first);
        }

        for (var i = (int)(after + owners.Count - before); i < entries.Count; i++)
        {
            owners.Add(entries[i].SessionId);
        }
    }

    /// <summary>Forgets what it knows: some of it may be gone.</summary>
    public void Forget()
    {
        owners.Clear();
        after = 0;
    }

    /// <summary>The places of a full segment's events as JSON, by whose they are.</summary>
    private Dictionary<string, StringBuilder> Places(IReadOnlyList<LogEntry> entries, long before, long first)
    {
        var places = new Dictionary<string, StringBuilder>(SqliteSegments.Length, StringComparer.Ordinal);
        for (var seq = first + 1; seq <= first + SqliteSegments.Length; seq++)
        {
            if ((seq <= before ? owners[(int)(seq - after) - 1] : entries[(int)(seq - before) - 1].SessionId) is { } id)
            {
                ref var text = ref CollectionsMarshal.GetValueRefOrAddDefault(places, id, out var isThere);
                text = (isThere ? text!.Append(',') : new StringBuilder("[", 32)).Append(CultureInfo.InvariantCulture, $"{seq}");
            }
        }

        return places;
    }

    private static void Insert(SqliteStatements db, long segment, Dictionary<string, StringBuilder> places) => Rows.Run(
        db,
        [.. places],
        (insert, row) => insert.Bind(segment).Bind(row.Key).Bind(row.Value.Append(']').ToString()));
}
