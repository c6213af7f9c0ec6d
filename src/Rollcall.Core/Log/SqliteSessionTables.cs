namespace Rollcall.Core.Log;

/// <summary>The read model: a row per session. Lists are not made from it, but from the index in memory that it fills.</summary>
internal static class SqliteSessionTables
{
    // A live session changes with every event: no index has anything that changes before it ends.
    public const string Tables = """
        CREATE TABLE sessions (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL, version INTEGER NOT NULL, live INTEGER NOT NULL, ended_at INTEGER,
            lease_seconds INTEGER, view BLOB NOT NULL, rest BLOB NOT NULL,
            first_seq INTEGER NOT NULL DEFAULT 1, last_seq INTEGER NOT NULL DEFAULT 9223372036854775807);
        CREATE UNIQUE INDEX sessions_by_id ON sessions (id);
        CREATE INDEX sessions_live ON sessions (live) WHERE live = 1;
        CREATE INDEX sessions_by_end ON sessions (ended_at, id) WHERE live = 0;
        """;

    /// <summary>Version 1 had indexes that every event had to move, of events as well.</summary>
    public const string FromVersion1 = $"""
        ALTER TABLE sessions RENAME TO sessions_before;
        DROP INDEX sessions_live; DROP INDEX sessions_by_end; DROP INDEX sessions_by_update;
        DROP INDEX sessions_by_creation; DROP INDEX sessions_by_project;
        DROP INDEX events_by_name; DROP INDEX events_by_project;
        CREATE INDEX events_of_output ON events (seq) WHERE event = 'stream_output';
        {Tables}
        {Copy} ORDER BY created_at, id;
        DROP TABLE sessions_before;
        """;

    /// <summary>Version 2 had groups of sessions that counted them, and an index of texts, both kept by triggers.</summary>
    public const string FromVersion2 = $"""
        DROP TRIGGER session_added; DROP TRIGGER session_removed; DROP TRIGGER session_regrouped; DROP TRIGGER session_reworded;
        DROP TABLE texts; DROP TABLE groups;
        ALTER TABLE sessions RENAME TO sessions_before;
        DROP INDEX sessions_by_id; DROP INDEX sessions_by_group; DROP INDEX sessions_live; DROP INDEX sessions_by_end;
        DROP INDEX sessions_live_by_update; DROP INDEX sessions_live_by_creation; DROP INDEX sessions_live_by_name;
        DROP INDEX sessions_ended_by_update; DROP INDEX sessions_ended_by_creation; DROP INDEX sessions_ended_by_name;
        {Tables}
        {Copy} ORDER BY row;
        DROP TABLE sessions_before;
        """;

    /// <summary>Where the events of a session begin and end was not kept before.</summary>
    private const string Copy = """
        INSERT INTO sessions (id, version, live, ended_at, lease_seconds, view, rest)
            SELECT id, version, live, ended_at, lease_seconds, view, rest FROM sessions_before
        """;
}
