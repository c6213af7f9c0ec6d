using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Rollcall.Bench.Echo;

/// <summary>
/// Makes requests durable in groups, by plain Microsoft.Data.Sqlite and with the durability of the hub's log: whatever waits when
/// a commit ends is the next transaction. For each request it writes two rows as long as the hub's two events.
/// </summary>
internal sealed class Store : IDisposable
{
    private const int RowsEach = 2;
    private static readonly byte[] Payload = new byte[160];

    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });
    private readonly SqliteConnection _db;
    private readonly SqliteCommand _insert;
    private long _last;

    /// <summary>Makes a new file in a directory.</summary>
    public Store(string directory)
    {
        SQLitePCL.Batteries_V2.Init();
        _db = new SqliteConnection($"Data Source={Path.Combine(directory, "echo.db")};Pooling=false");
        _db.Open();
        using var make = _db.CreateCommand();
        make.CommandText = """
            PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2048; PRAGMA cache_size = -32768;
            CREATE TABLE events (
                seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, event TEXT NOT NULL, session_id TEXT, project TEXT, version INTEGER NOT NULL, payload BLOB NOT NULL)
            """;
        make.ExecuteNonQuery();
        _insert = _db.CreateCommand();
        _insert.CommandText = "INSERT INTO events VALUES (?1, ?2, 'session_status', ?3, 'project-1', ?1, ?4)";
        for (var i = 1; i <= 4; i++)
        {
            _insert.Parameters.Add(new SqliteParameter { ParameterName = $"?{i}" });
        }

        _insert.Prepare();
        _ = Task.Run(Run);
    }

    /// <summary>Completes once a request is durable.</summary>
    public Task Add(string id)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Writer.TryWrite(new Waiting(id, done));
        return done.Task;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _db.Dispose();
    }

    private async Task Run()
    {
        var taken = new List<Waiting>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            // As the hub does: behind whoever is about to ask.
            await Task.Yield();
            while (_waiting.Reader.TryRead(out var one))
            {
                taken.Add(one);
            }

#pragma warning disable CA1031 // Whatever fails, whoever asked is told, and the loop goes on.
            try
            {
                Write(taken);
                taken.ForEach(one => one.Done.SetResult());
            }
            catch (Exception failure)
            {
                taken.ForEach(one => one.Done.TrySetException(failure));
            }
#pragma warning restore CA1031
            taken.Clear();
        }
    }

    private void Write(List<Waiting> taken)
    {
        using var transaction = _db.BeginTransaction();
        _insert.Transaction = transaction;
        _insert.Parameters[1].Value = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        _insert.Parameters[3].Value = Payload;
        foreach (var one in taken)
        {
            _insert.Parameters[2].Value = one.Id;
            for (var row = 0; row < RowsEach; row++)
            {
                _insert.Parameters[0].Value = ++_last;
                _insert.ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    private sealed record Waiting(string Id, TaskCompletionSource Done);
}
