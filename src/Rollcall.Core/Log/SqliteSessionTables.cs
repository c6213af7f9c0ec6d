namespace Rollcall.Core.Log;

/// <summary>
/// The read model: a row per session; a group per combination of what lists filter by, which counts its sessions; the
/// texts that a search looks through. Triggers keep the counts and the texts, whatever changes a row.
/// </summary>
internal static class SqliteSessionTables
{
    // A live session changes often, an ended one never: an index that moves with every event, or that a filter needs,
    // is kept for the ended ones only, or moves with as little as there is. Statuses and states are stored as the numbers
    // of their enums, so that a list sorts along the life cycle.
    public const string Tables = """
        CREATE TABLE groups (
            id INTEGER PRIMARY KEY, live INTEGER NOT NULL, status INTEGER NOT NULL, state INTEGER NOT NULL,
            project TEXT, agent TEXT, host TEXT, sessions INTEGER NOT NULL DEFAULT 0);

        CREATE TABLE sessions (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL, version INTEGER NOT NULL, live INTEGER NOT NULL, grp INTEGER NOT NULL,
            name TEXT COLLATE NOCASE, search TEXT NOT NULL,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER,
            lease_seconds INTEGER, view BLOB NOT NULL, rest BLOB NOT NULL,
            first_seq INTEGER NOT NULL DEFAULT 1, last_seq INTEGER NOT NULL DEFAULT 9223372036854775807);
        CREATE UNIQUE INDEX sessions_by_id ON sessions (id);
        CREATE INDEX sessions_by_group ON sessions (grp, id);
        CREATE INDEX sessions_live ON sessions (id, search) WHERE live = 1;
        CREATE INDEX sessions_live_by_update ON sessions (updated_at, id, grp) WHERE live = 1;
        CREATE INDEX sessions_live_by_creation ON sessions (created_at, id) WHERE live = 1;
        CREATE INDEX sessions_live_by_name ON sessions (name, id) WHERE live = 1;
        CREATE INDEX sessions_by_end ON sessions (ended_at, id) WHERE live = 0;
        CREATE INDEX sessions_ended_by_update ON sessions (updated_at, id, grp) WHERE live = 0;
        CREATE INDEX sessions_ended_by_creation ON sessions (created_at, id, grp) WHERE live = 0;
        CREATE INDEX sessions_ended_by_name ON sessions (name, id, grp) WHERE live = 0;

        CREATE VIRTUAL TABLE texts USING fts5(search, content = 'sessions', content_rowid = 'row', tokenize = 'trigram case_sensitive 1');

        CREATE TRIGGER session_added AFTER INSERT ON sessions BEGIN
            UPDATE groups SET sessions = sessions + 1 WHERE id = new.grp;
            INSERT INTO texts (rowid, search) VALUES (new.row, new.search);
        END;
        CREATE TRIGGER session_removed AFTER DELETE ON sessions BEGIN
            UPDATE groups SET sessions = sessions - 1 WHERE id = old.grp;
            INSERT INTO texts (texts, rowid, search) VALUES ('delete', old.row, old.search);
        END;
        CREATE TRIGGER session_regrouped AFTER UPDATE OF grp ON sessions WHEN old.grp <> new.grp BEGIN
            UPDATE groups SET sessions = sessions - 1 WHERE id = old.grp;
            UPDATE groups SET sessions = sessions + 1 WHERE id = new.grp;
        END;
        CREATE TRIGGER session_reworded AFTER UPDATE OF search ON sessions WHEN old.search <> new.search BEGIN
            INSERT INTO texts (texts, rowid, search) VALUES ('delete', old.row, old.search);
            INSERT INTO texts (rowid, search) VALUES (new.row, new.search);
        END;
        """;

    /// <summary>Where a session's events begin and end was not kept in version 2.</summary>
    public const string FromVersion2 = """
        ALTER TABLE sessions ADD first_seq INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE sessions ADD last_seq INTEGER NOT NULL DEFAULT 9223372036854775807;
        """;

    /// <summary>Version 1 had no groups and no texts, and indexes that every event had to move.</summary>
    public const string FromVersion1 = $"""
        ALTER TABLE sessions RENAME TO sessions_1;
        DROP INDEX sessions_live; DROP INDEX sessions_by_end; DROP INDEX sessions_by_update;
        DROP INDEX sessions_by_creation; DROP INDEX sessions_by_project;
        DROP INDEX events_by_name; DROP INDEX events_by_project;
        CREATE INDEX events_of_output ON events (seq) WHERE event = 'stream_output';
        {Tables}
        INSERT INTO groups (live, status, state, project, agent, host)
            SELECT DISTINCT live, status, state, project, agent, host FROM sessions_1;
        INSERT INTO sessions (id, version, live, grp, name, search, created_at, updated_at, ended_at, lease_seconds, view, rest)
            SELECT s.id, s.version, s.live, g.id, s.name, s.search, s.created_at, s.updated_at, s.ended_at, s.lease_seconds, s.view, s.rest
            FROM sessions_1 s JOIN groups g ON g.live = s.live AND g.status = s.status AND g.state = s.state
                AND g.project IS s.project AND g.agent IS s.agent AND g.host IS s.host
            ORDER BY s.created_at, s.id;
        DROP TABLE sessions_1;
        """;
}
