using System.Globalization;
using Microsoft.Data.Sqlite;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Bench.Measures;

/// <summary>
/// A data directory with many sessions and events, as a hub would have left it: sessions are appended to the log by the
/// hub's own code; their further events, which are many and alike, are inserted into the same table.
/// </summary>
internal sealed class Stock : IDisposable
{
    public const int Projects = 200;
    public const int Hosts = 50;

    private const int Batch = 20_000;
    private static readonly string[] Agents = ["claude-code", "codex", "gemini", "opencode"];
    private static readonly string[] Verbs = ["Fix", "Review", "Add", "Rename", "Test", "Document", "Measure"];
    private static readonly string[] Things = ["parser", "cache", "login", "report", "upload", "index", "scheduler", "theme", "export", "queue", "badge"];
    private static readonly SessionStatus[] Alive = [SessionStatus.Active, SessionStatus.Idle, SessionStatus.Idle, SessionStatus.Waiting, SessionStatus.Error];

    /// <summary>So late that retention keeps all of it.</summary>
    private static readonly DateTimeOffset Begin = TimeProvider.System.GetUtcNow().AddHours(-1);

    private readonly DirectoryInfo _folder;

    private Stock(DirectoryInfo folder) => _folder = folder;

    public string Folder => _folder.FullName;

    public static async Task<Stock> Make(string parent, int live, int ended, int eventsEach)
    {
        var stock = new Stock(Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}")));
        var fleet = FleetState.Begin(Begin).ToJson();
        await using (var log = SqliteLog.Open(stock.Folder, TimeProvider.System))
        {
            for (var first = 0; first < live + ended; first += Batch)
            {
                var views = Enumerable.Range(first, Math.Min(Batch, live + ended - first)).Select(i => View(i, i >= ended)).ToList();
                await log.Append(new LogBatch(
                    [.. views.Select(Entry)], [.. views.Select(view => new Session(view))], new Dictionary<string, int?>(), [], fleet));
            }
        }

        if (eventsEach > 1)
        {
            AddEvents(Path.Combine(stock.Folder, "rollcall.db"), live + ended, eventsEach);
        }

        return stock;
    }

    public static string Id(int number) => $"bench-{number:0000000}";

    public void Dispose() => _folder.Delete(recursive: true);

    private static SessionView View(int i, bool live)
    {
        var status = live ? Alive[i % Alive.Length] : SessionStatus.Terminated;
        return new SessionView
        {
            Id = Id(i),
            Name = $"{Verbs[i % Verbs.Length]} the {Things[i % Things.Length]} of ticket {(i * 7919L) % 1_000_003}",
            Agent = Agents[i % Agents.Length],
            Project = $"project-{i % Projects}",
            Host = $"host-{i % Hosts}",
            Cwd = $"/srv/project-{i % Projects}",
            Model = $"model-{i % 3}",
            Status = status,
            State = status switch { SessionStatus.Active => SessionState.Working, SessionStatus.Error => SessionState.Error, _ => SessionState.Idle },
            CreatedAt = Begin.AddMilliseconds(i),
            UpdatedAt = Begin.AddMilliseconds(i + (i * 7919L % 1000)),
            LastSeenAt = Begin.AddMilliseconds(i + 1000),
            EndedAt = live ? null : Begin.AddMilliseconds(i + 1000),
            Version = 1,
            Seq = i + 1,
        };
    }

    private static LogEntry Entry(SessionView view) => new(
        view.Seq, view.CreatedAt, "session_created", view.Id, view.Project, view.Version,
        EventNames.Payload(new SessionCreated { SessionId = view.Id, Session = view, Seq = view.Seq, Time = view.CreatedAt }));

    private static void AddEvents(string file, int sessions, int each)
    {
        using var db = new SqliteConnection($"Data Source={file};Pooling=false");
        db.Open();
        using var add = db.CreateCommand();
        add.CommandTimeout = 600;
        add.CommandText = string.Create(CultureInfo.InvariantCulture, $$"""
            PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;
            BEGIN;
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {{(long)sessions * (each - 1)}} - 1)
            INSERT INTO events
                SELECT {{sessions}} + 1 + i, {{Begin.ToUnixTimeMilliseconds()}}, 'session_updated', printf('bench-%07d', i / {{each - 1}}), 'project-1', 2 + i % {{each - 1}},
                    CAST('{"session_id":"bench-0000000","updated_at":"2026-01-01T00:00:00.000Z","version":2,"tasks_running":1,"seq":1,"time":"2026-01-01T00:00:00.000Z"}' AS BLOB)
                FROM n;
            INSERT INTO segments SELECT (seq - 1) / 1024, session_id, json_group_array(seq) FROM events
                WHERE seq > {{sessions / 1024 * 1024}} AND seq <= (SELECT max(seq) FROM events) / 1024 * 1024 GROUP BY 1, 2;
            UPDATE progress SET head = (SELECT max(seq) FROM events), modelled = (SELECT max(seq) FROM events), bytes = (SELECT sum(length(payload)) FROM events);
            COMMIT;
            PRAGMA wal_checkpoint(TRUNCATE);
            """);
        add.ExecuteNonQuery();
    }
}
