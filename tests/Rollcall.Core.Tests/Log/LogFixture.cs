using System.Globalization;
using Microsoft.Data.Sqlite;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>A log in a temporary directory, removed with the test; what is appended is decided and folded as the hub does.</summary>
public sealed class LogFixture : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    private readonly Dictionary<string, Session> sessions = [];

    public LogFixture()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("rollcall-log-").FullName;
        Log = SqliteLog.Open(Directory, Clock);
    }

    public string Directory { get; }

    public string Database => Path.Combine(Directory, "rollcall.db");

    public FixedTime Clock { get; } = new(Start);

    public SqliteLog Log { get; private set; }

    public Session this[string id] => sessions[id];

    /// <summary>Decides commands and appends all their events as one batch.</summary>
    public async Task<LogBatch> Do(params Command[] commands)
    {
        var batch = Decide(commands);
        await Log.Append(batch, TestContext.Current.CancellationToken);
        Keep(batch);
        return batch;
    }

    public Task<LogBatch> Create(string id, string? project = null, string? name = null) =>
        Do(new CreateSession { SessionId = id, Project = project, Name = name });

    public Task<LogBatch> End(string id) => Do(new TerminateSession { SessionId = id });

    public Task<LogBatch> Say(string id, string text) => Do(new AppendOutput { SessionId = id, Text = text });

    /// <summary>The batch that the hub would make of commands, not yet appended.</summary>
    public LogBatch Decide(params Command[] commands)
    {
        var entries = new List<LogEntry>();
        var after = new Dictionary<string, Session>();
        foreach (var command in commands)
        {
            var id = command.SessionId;
            var session = after.GetValueOrDefault(id) ?? sessions.GetValueOrDefault(id);
            var decision = Assert.IsType<Decision.Accepted>(SessionMachine.Decide(session, command, Clock.Now, Log.Head + entries.Count));
            foreach (var step in decision.Steps)
            {
                var (happened, view) = (step.Happened, step.After.View);
                entries.Add(new LogEntry(happened.Seq, Clock.Now, happened.EventName, id, view.Project, view.Version, EventNames.Payload(happened)));
                after[id] = step.After;
            }
        }

        return Batch(entries, [.. after.Values]);
    }

    public static LogBatch Batch(IReadOnlyList<LogEntry> entries, params Session[] sessions) =>
        new(entries, sessions, new Dictionary<string, int?>(), [], """{"paused":false}""");

    public void Keep(LogBatch batch)
    {
        foreach (var session in batch.Sessions)
        {
            sessions[session.View.Id] = session;
        }
    }

    public async Task Reopen()
    {
        await Log.DisposeAsync();
        Log = SqliteLog.Open(Directory, Clock);
    }

    public async Task<IReadOnlyList<LogEntry>> Events(LogRange? range = null) =>
        await Log.Read(range ?? new LogRange(), TestContext.Current.CancellationToken);

    /// <summary>Runs a statement past the log; the first value it gives, as text.</summary>
    public string? Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>A clock that stands until it is moved.</summary>
public sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    /// <summary>Done whenever somebody looks at it.</summary>
    public Action? Looked { get; set; }

    public override DateTimeOffset GetUtcNow()
    {
        Looked?.Invoke();
        return Now;
    }
}
