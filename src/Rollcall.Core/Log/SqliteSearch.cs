using System.Text;

namespace Rollcall.Core.Log;

/// <summary>
/// What a search finds among the groups that a list's filters chose: any text within a session's, whatever its case.
/// The index of the texts knows every three characters; what it cannot find, or would not find sooner, is looked for
/// in the texts themselves.
/// </summary>
/// <param name="Text">What is looked for, as it is stored: the statement's ?1.</param>
/// <param name="Rows">Selects the rows that have the text; not only those of the groups.</param>
/// <param name="Total">How many sessions of the groups have it.</param>
internal sealed record SqliteSearch(string Text, string Rows, long Total)
{
    /// <summary>Characters that the index of the texts is made of.</summary>
    private const int Indexed = 3;

    /// <summary>The texts of so many live sessions are sooner read than looked up.</summary>
    private const int FewTexts = 20_000;

    /// <summary>Null when nothing is searched for.</summary>
    public static SqliteSearch? Of(SqliteStatements db, string? search, SqliteSelection among)
    {
        if (string.IsNullOrEmpty(search))
        {
            return null;
        }

        var text = search.ToLowerInvariant();
        var onlyLive = among.Groups.All(group => group.Live);
        var rows = onlyLive && (long)db.Scalar("SELECT coalesce(sum(sessions), 0) FROM groups WHERE live = 1")! <= FewTexts
            ? "SELECT row FROM sessions INDEXED BY sessions_live WHERE live = 1 AND instr(search, ?1) > 0"
            : text.EnumerateRunes().Count() >= Indexed && !text.Contains('\0', StringComparison.Ordinal)
                ? """SELECT rowid FROM texts WHERE texts MATCH '"' || replace(?1, '"', '""') || '"'"""
                : $"SELECT row FROM sessions INDEXED BY sessions_by_group WHERE grp IN ({among.Ids}) AND instr(search, ?1) > 0";
        var total = db.Rows(
            $"SELECT count(*) FROM sessions NOT INDEXED WHERE row IN ({rows}) AND grp IN ({among.Ids})", [text], row => row.GetInt64(0))[0];
        return new SqliteSearch(text, rows, total);
    }
}
