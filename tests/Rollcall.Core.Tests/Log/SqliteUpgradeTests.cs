using Microsoft.Data.Sqlite;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>A data directory that an earlier version of the tables left is opened by this version and goes on.</summary>
public sealed class SqliteUpgradeTests : IAsyncDisposable
{
    /// <summary>What earlier versions kept beside a session's view, taken from the view.</summary>
    private const string Before = """
        CREATE TEMP TABLE before AS
            SELECT row, id, version, live, ended_at, lease_seconds, view, rest, json_extract(json, '$.project') AS project, json_extract(json, '$.agent') AS agent,
                json_extract(json, '$.host') AS host, json_extract(json, '$.name') AS name, lower(id || char(31) || coalesce(json_extract(json, '$.name'), '')) AS search,
                CASE json_extract(json, '$.status') WHEN 'active' THEN 1 WHEN 'idle' THEN 2 ELSE 6 END AS status,
                CASE json_extract(json, '$.state') WHEN 'working' THEN 0 ELSE 1 END AS state,
                CAST(round((julianday(json_extract(json, '$.created_at')) - 2440587.5) * 86400000) AS INTEGER) AS created_at,
                CAST(round((julianday(json_extract(json, '$.updated_at')) - 2440587.5) * 86400000) AS INTEGER) AS updated_at
            FROM (SELECT *, CAST(view AS TEXT) AS json FROM sessions);
        DROP TABLE sessions;
        DROP TABLE segments;
        ALTER TABLE progress DROP COLUMN modelled;
        ALTER TABLE receipts DROP COLUMN outcomes;
        """;

    private const string Version3 = "ALTER TABLE receipts DROP COLUMN outcomes; PRAGMA user_version = 3";

    /// <summary>What a session's receipts take was not counted.</summary>
    private const string Version4 = "UPDATE progress SET bytes = (SELECT sum(length(payload)) FROM events); PRAGMA user_version = 4";

    /// <summary>The tables of version 1 that have changed since, word for word.</summary>
    private const string Version1 = $"""
        {Before}
        CREATE TABLE events_1 (
            seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, event TEXT NOT NULL,
            session_id TEXT, project TEXT, version INTEGER NOT NULL, payload BLOB NOT NULL);
        INSERT INTO events_1 SELECT * FROM events;
        DROP TABLE events;
        ALTER TABLE events_1 RENAME TO events;
        CREATE UNIQUE INDEX events_by_session ON events (session_id, version) WHERE session_id IS NOT NULL;
        CREATE INDEX events_by_name ON events (event);
        CREATE INDEX events_by_project ON events (project) WHERE project IS NOT NULL;
        CREATE INDEX events_of_fleet ON events (seq) WHERE session_id IS NULL;

        CREATE TABLE sessions (
            id TEXT PRIMARY KEY, version INTEGER NOT NULL, live INTEGER NOT NULL,
            status INTEGER NOT NULL, state INTEGER NOT NULL,
            project TEXT, agent TEXT, host TEXT, name TEXT COLLATE NOCASE, search TEXT NOT NULL,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER,
            lease_seconds INTEGER, view BLOB NOT NULL, rest BLOB NOT NULL);
        INSERT INTO sessions SELECT id, version, live, status, state, project, agent, host, name, search,
            created_at, updated_at, ended_at, lease_seconds, view, rest FROM before;
        CREATE INDEX sessions_live ON sessions (id) WHERE live = 1;
        CREATE INDEX sessions_by_end ON sessions (ended_at, id) WHERE live = 0;
        CREATE INDEX sessions_by_update ON sessions (updated_at, id);
        CREATE INDEX sessions_by_creation ON sessions (created_at, id);
        CREATE INDEX sessions_by_project ON sessions (project);
        PRAGMA user_version = 1;
        """;

    /// <summary>The tables of version 2 that have changed since, word for word.</summary>
    internal const string Version2 = $"""
        {Before}
        CREATE TABLE groups (
            id INTEGER PRIMARY KEY, live INTEGER NOT NULL, status INTEGER NOT NULL, state INTEGER NOT NULL,
            project TEXT, agent TEXT, host TEXT, sessions INTEGER NOT NULL DEFAULT 0);

        CREATE TABLE sessions (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL, version INTEGER NOT NULL, live INTEGER NOT NULL, grp INTEGER NOT NULL,
            name TEXT COLLATE NOCASE, search TEXT NOT NULL,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER,
            lease_seconds INTEGER, view BLOB NOT NULL, rest BLOB NOT NULL);
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

        INSERT INTO groups (live, status, state, project, agent, host)
            SELECT DISTINCT live, status, state, project, agent, host FROM before;
        INSERT INTO sessions SELECT s.row, s.id, version, s.live, g.id, name, search, created_at, updated_at, ended_at, lease_seconds, view, rest
            FROM before s JOIN groups g ON (g.live, g.status, g.state, g.project, g.agent, g.host) IS (s.live, s.status, s.state, s.project, s.agent, s.host);
        CREATE UNIQUE INDEX events_by_session ON events (session_id, version) WHERE session_id IS NOT NULL;
        PRAGMA user_version = 2;
        """;

    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_log_of_an_earlier_version_is_opened_with_everything_that_was_in_it_and_goes_on(int version)
    {
        await hub.Do(new CreateSession { SessionId = "a", Name = "Été", Project = "shop", Agent = "codex", LeaseSeconds = 60 });
        await hub.Do(new CreateSession { SessionId = "b", Host = "h1", Status = SessionStatus.Idle });
        await hub.Create("gone", project: "shop");
        await hub.Say("gone", "the last words");
        await hub.End("gone");
        await hub.Log.Append(
            LogFixture.Batch([]) with { Receipts = [new Receipt("usage/a/é", "a", hub.Clock.Now), new Receipt("day", null, hub.Clock.Now, "[]")] }, Cancel);
        var bytes = hub.Sql("SELECT bytes FROM progress");
        await hub.Log.Recover(Cancel);
        hub.Sql("UPDATE sessions SET lease_seconds = 60 WHERE id = 'a'");
        var fresh = Tables();
        var events = await hub.Events();
        var before = await Everything();

        await GoBack(version);
        await hub.Reopen();

        Assert.Equal(fresh, Tables());
        Assert.Equal(bytes, hub.Sql("SELECT bytes FROM progress"));
        Assert.Equivalent(events, await hub.Events(), strict: true);
        Assert.Equivalent(before, await Everything(), strict: true);
        Assert.Equal(60, (await hub.Log.Recover(Cancel)).Leases["a"]);
        Assert.Equal(2, await hub.Log.CountAll(new HashSet<string> { "shop" }, Cancel));
        Assert.Equal("a", Assert.Single((await hub.Log.List(new SessionQuery { Search = "ÉTÉ" }, Cancel)).Sessions).Id);
        await hub.Do(new ChangeStatus { SessionId = "b", Status = SessionStatus.Error });
        Assert.Equal(1, (await hub.Log.List(new SessionQuery { State = SessionState.Error }, Cancel)).Total);
        Assert.Equal("ok", hub.Sql("PRAGMA integrity_check"));
    }

    [Theory]
    [InlineData(1, "events_by_project", "events (project)")]
    [InlineData(2, "sessions_ended_by_name", "sessions (name)")]
    public async Task A_log_that_cannot_be_brought_forward_is_left_as_it_was(int version, string index, string on)
    {
        await hub.Create("a");
        await GoBack(version);
        hub.Sql($"DROP INDEX {index}");
        Assert.Throws<SqliteException>(() => SqliteLog.Open(hub.Directory, hub.Clock));
        Assert.Equal($"{version}", hub.Sql("PRAGMA user_version"));
        Assert.Equal("1", hub.Sql("SELECT count(*) FROM sessions WHERE search LIKE 'a%'"));

        hub.Sql($"CREATE INDEX {index} ON {on}");
        await hub.Reopen();
        Assert.Equal("a", Assert.Single((await Everything()).Sessions).Id);
    }

    private ValueTask<SessionPage> Everything() =>
        hub.Log.List(new SessionQuery { Statuses = Enum.GetValues<SessionStatus>(), Order = SessionOrder.CreatedAt }, Cancel);

    /// <summary>All tables, indexes and triggers as they were made.</summary>
    private string? Tables() => hub.Sql("SELECT group_concat(replace(sql, '\"', ''), char(10)) FROM (SELECT sql FROM sqlite_schema ORDER BY name)");

    private async Task GoBack(int version)
    {
        await hub.Log.DisposeAsync();
        hub.Sql(Version4);
        hub.Sql(version switch { 1 => Version1, 2 => Version2, 3 => Version3, _ => Version4 });
    }
}
