using Microsoft.Data.Sqlite;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>A data directory that version 1 of the tables left is opened by this version and goes on.</summary>
public sealed class SqliteUpgradeTests : IAsyncDisposable
{
    /// <summary>The tables of version 1 that have changed since, word for word.</summary>
    private const string Version1 = """
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

        CREATE TABLE sessions_1 (
            id TEXT PRIMARY KEY, version INTEGER NOT NULL, live INTEGER NOT NULL,
            status INTEGER NOT NULL, state INTEGER NOT NULL,
            project TEXT, agent TEXT, host TEXT, name TEXT COLLATE NOCASE, search TEXT NOT NULL,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER,
            lease_seconds INTEGER, view BLOB NOT NULL, rest BLOB NOT NULL);
        INSERT INTO sessions_1 SELECT s.id, version, s.live, status, state, project, agent, host, name, search,
            created_at, updated_at, ended_at, lease_seconds, view, rest FROM sessions s JOIN groups g ON g.id = s.grp;
        DROP TABLE sessions;
        DROP TABLE texts;
        DROP TABLE segments;
        DROP TABLE groups;
        ALTER TABLE sessions_1 RENAME TO sessions;
        CREATE INDEX sessions_live ON sessions (id) WHERE live = 1;
        CREATE INDEX sessions_by_end ON sessions (ended_at, id) WHERE live = 0;
        CREATE INDEX sessions_by_update ON sessions (updated_at, id);
        CREATE INDEX sessions_by_creation ON sessions (created_at, id);
        CREATE INDEX sessions_by_project ON sessions (project);
        PRAGMA user_version = 1;
        """;

    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_log_of_version_1_is_opened_with_everything_that_was_in_it_and_goes_on()
    {
        await hub.Do(new CreateSession { SessionId = "a", Name = "Été", Project = "shop", Agent = "codex", LeaseSeconds = 60 });
        await hub.Do(new CreateSession { SessionId = "b", Host = "h1", Status = SessionStatus.Idle });
        await hub.Create("gone", project: "shop");
        await hub.Say("gone", "the last words");
        await hub.End("gone");
        hub.Sql("UPDATE sessions SET lease_seconds = 60 WHERE id = 'a'");
        var events = await hub.Events();
        var before = await Everything();

        await GoBack();
        await hub.Reopen();

        Assert.Equivalent(events, await hub.Events(), strict: true);
        Assert.Equivalent(before, await Everything(), strict: true);
        Assert.Equal(60, (await hub.Log.Recover(Cancel)).Leases["a"]);
        Assert.Equal(2, await hub.Log.CountAll(new HashSet<string> { "shop" }, Cancel));
        Assert.Equal("a", Assert.Single((await hub.Log.List(new SessionQuery { Search = "ÉTÉ" }, Cancel)).Sessions).Id);
        await hub.Do(new ChangeStatus { SessionId = "b", Status = SessionStatus.Error });
        Assert.Equal(1, (await hub.Log.List(new SessionQuery { State = SessionState.Error }, Cancel)).Total);
        Assert.Equal("ok", hub.Sql("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task A_log_of_version_1_that_cannot_be_brought_forward_is_left_as_it_was()
    {
        await hub.Create("a");
        await GoBack();
        hub.Sql("DROP INDEX events_by_project");
        Assert.Throws<SqliteException>(() => SqliteLog.Open(hub.Directory, hub.Clock));
        Assert.Equal("1", hub.Sql("PRAGMA user_version"));
        Assert.Equal("1", hub.Sql("SELECT count(*) FROM sessions WHERE status = 1"));

        hub.Sql("CREATE INDEX events_by_project ON events (project) WHERE project IS NOT NULL");
        await hub.Reopen();
        Assert.Equal("a", Assert.Single((await Everything()).Sessions).Id);
    }

    private ValueTask<SessionPage> Everything() =>
        hub.Log.List(new SessionQuery { Statuses = Enum.GetValues<SessionStatus>(), Order = SessionOrder.CreatedAt }, Cancel);

    private async Task GoBack()
    {
        await hub.Log.DisposeAsync();
        hub.Sql(Version1);
    }
}
