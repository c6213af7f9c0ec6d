namespace Rollcall.Core.Log;

/// <summary>The log's running figures, stored with every transaction that changes them.</summary>
/// <param name="Head">The last durable event.</param>
/// <param name="Bytes">Bytes of all payloads, and of the keys by which reports of a session are recognised.</param>
/// <param name="Sessions">Sessions kept, ended ones included.</param>
/// <param name="PrunedTo">See <see cref="ILog.PrunedTo"/>.</param>
/// <param name="OutputPrunedTo">See <see cref="ILog.OutputPrunedTo"/>.</param>
/// <param name="Modelled">Up to here the rows of sessions hold what the events say; see <see cref="SqliteModel"/>.</param>
internal sealed record SqliteProgress(
    long Head, long Bytes, long Sessions, long PrunedTo, long OutputPrunedTo, long Modelled)
{
    public static SqliteProgress Load(SqliteStatements db)
    {
        using var reader = db.Query(
            "SELECT max(head, (SELECT coalesce(max(seq), 0) FROM events)), bytes, sessions, pruned_to, output_pruned_to, modelled FROM progress");
        reader.Read();
        return new SqliteProgress(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5));
    }

    public void Save(SqliteStatements db) => db
        .Hot("UPDATE progress SET head = ?1, bytes = ?2, sessions = ?3, pruned_to = ?4, output_pruned_to = ?5, modelled = ?6")
        .Bind(Head).Bind(Bytes).Bind(Sessions).Bind(PrunedTo).Bind(OutputPrunedTo).Bind(Modelled).Run();
}
