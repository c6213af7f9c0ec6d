using System.Globalization;
using System.Security.Cryptography;

namespace Rollcall.Core.Log;

/// <summary>The tables, and the settings that make a commit durable.</summary>
internal static class SqliteSchema
{
    /// <summary>Raised by every change of the tables; kept in the file's <c>user_version</c>.</summary>
    public const int Version = 5;

    /// <summary>The name of the events that go first when room is needed.</summary>
    public const string Output = "stream_output";

    /// <summary>What a session's receipt counts in <see cref="SqliteProgress.Bytes"/>.</summary>
    public const string ReceiptBytes = "length(CAST(key AS BLOB))";

    private const string EpochAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private const string Tables = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE progress (
            head INTEGER NOT NULL, bytes INTEGER NOT NULL, sessions INTEGER NOT NULL,
            pruned_to INTEGER NOT NULL, output_pruned_to INTEGER NOT NULL, fleet TEXT, modelled INTEGER NOT NULL DEFAULT 0);
        INSERT INTO progress VALUES (0, 0, 0, 0, 0, NULL, 0);

        CREATE TABLE events (
            seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, event TEXT NOT NULL,
            session_id TEXT, project TEXT, version INTEGER NOT NULL, payload BLOB NOT NULL);
        CREATE INDEX events_of_fleet ON events (seq) WHERE session_id IS NULL;
        CREATE INDEX events_of_output ON events (seq) WHERE event = 'stream_output';

        CREATE TABLE receipts (key TEXT PRIMARY KEY, session_id TEXT, time INTEGER NOT NULL, outcomes TEXT);
        CREATE INDEX receipts_of_session ON receipts (session_id) WHERE session_id IS NOT NULL;
        CREATE INDEX receipts_by_time ON receipts (time) WHERE session_id IS NULL;
        CREATE TABLE answers (
            key TEXT PRIMARY KEY, status INTEGER NOT NULL, content_type TEXT, body BLOB NOT NULL, time INTEGER NOT NULL);
        CREATE INDEX answers_by_time ON answers (time);
        CREATE TABLE documents (name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY, time INTEGER NOT NULL, principal TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL);
        """;

    /// <summary>How its writer is set, as is what the bench holds it against.</summary>
    /// <remarks>
    /// A new file has pages of 8 KiB: a batch touches fewer of them, and each is a write and a search of its own. The size
    /// limit gives back the space of a WAL that grew during one large transaction (64 MiB). Checkpoints come every 16 MiB,
    /// so that a page that changes again and again is copied back seldom. The cache holds at most 32 MiB, enough for what
    /// a busy hub touches again; a log only grows, and would fill any cache with what nobody reads.
    /// </remarks>
    public const string Pragmas = """
        PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;
        PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 2048; PRAGMA cache_size = -32768
        """;

    /// <summary>Makes the tables in a new file; gives what was made once: the epoch and the time.</summary>
    /// <exception cref="LogUnusableException">The file was written by a newer version.</exception>
    public static (string Epoch, DateTimeOffset CreatedAt) Prepare(SqliteStatements db, SqliteDirectory directory, TimeProvider time)
    {
        var version = (long)db.Scalar("PRAGMA user_version")!;
        if (version > Version)
        {
            throw new LogUnusableException(
                $"The log in {directory.Path} was written by a newer version of Rollcall (schema {version}; this one knows {Version}): run that version.");
        }

        db.Script(Pragmas);
        if (version == 0)
        {
            Change(db, () => Create(db, time));
        }
        else if (version < Version)
        {
            Change(db, () => Upgrade(db, version));
        }

        return ((string?)db.Scalar(Meta, "epoch") ?? AddEpoch(db), SqliteTime.Of(long.Parse((string)db.Scalar(Meta, "created_at")!, CultureInfo.InvariantCulture)));
    }

    /// <summary>Whoever opens the log next gives it a new one.</summary>
    public static void ForgetEpoch(SqliteStatements db) => db.Run("DELETE FROM meta WHERE key = 'epoch'");

    private const string Meta = "SELECT value FROM meta WHERE key = ?1";

    private const string AddMeta = "INSERT INTO meta VALUES (?1, ?2)";

    private static string AddEpoch(SqliteStatements db)
    {
        var epoch = RandomNumberGenerator.GetString(EpochAlphabet, 16);
        db.Run(AddMeta, "epoch", epoch);
        return epoch;
    }

    private static void Create(SqliteStatements db, TimeProvider time)
    {
        db.Script(Tables);
        db.Script(SqliteSessionTables.Tables);
        db.Script(SqliteSegments.Tables);
        AddEpoch(db);
        db.Run(AddMeta, "created_at", SqliteTime.Of(time.GetUtcNow()).ToString(CultureInfo.InvariantCulture));
    }

    private static void Upgrade(SqliteStatements db, long version)
    {
        if (version < 3)
        {
            db.Script(version < 2 ? SqliteSessionTables.FromVersion1 : SqliteSessionTables.FromVersion2);
            db.Script(SqliteSegments.FromVersion2);
            db.Script("ALTER TABLE progress ADD modelled INTEGER NOT NULL DEFAULT 0; UPDATE progress SET modelled = head");
        }

        if (version < 4)
        {
            db.Script("ALTER TABLE receipts ADD outcomes TEXT");
        }

        db.Script($"UPDATE progress SET bytes = bytes + (SELECT coalesce(sum({ReceiptBytes}), 0) FROM receipts WHERE session_id IS NOT NULL)");
    }

    /// <summary>Brings the tables to this version as one transaction: a crash leaves them as they were.</summary>
    private static void Change(SqliteStatements db, Action change)
    {
        db.Begin(write: true);
        try
        {
            change();
            db.Script($"PRAGMA user_version = {Version}");
            db.Commit();
        }
        catch
        {
            db.Rollback();
            throw;
        }

        db.Script("PRAGMA wal_checkpoint(TRUNCATE)");
    }
}
