using System.Diagnostics;
using Rollcall.Core.Log;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>A database and its WAL that were parted, or not. What a crash leaves is a copy of the directory of a log that is open.</summary>
public sealed class SqliteWalTests : IAsyncLifetime
{
    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "an open file cannot be moved there");
        await hub.Create("a");
        await hub.Say("a", "before");
    }

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_directory_that_was_copied_after_a_crash_opens_also_one_of_an_earlier_version(bool hasNote)
    {
        var copy = await Crash(hub.Directory);
        if (!hasNote)
        {
            File.Delete(Path.Combine(copy, "rollcall.lock"));
        }

        Assert.Equal(hub.Log.Head, await Open(copy));
        Assert.Equal(hub.Log.Head, await Open(copy));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hub_whose_database_was_moved_does_not_start_without_it_and_loses_nothing(bool leavesAnEmptyOne)
    {
        var copy = await Crash(hub.Directory);
        var database = Path.Combine(copy, "rollcall.db");
        File.Move(database, Path.Combine(copy, "x.db"));
        if (leavesAnEmptyOne)
        {
            await File.WriteAllBytesAsync(database, [], Cancel);
        }

        for (var start = 0; start < 2; start++)
        {
            var refused = Assert.Throws<LogUnusableException>(() => SqliteLog.Open(copy, hub.Clock));
            Assert.Contains($"{database} is missing, and rollcall.db-wal holds", refused.Message, StringComparison.Ordinal);
        }

        File.Move(Path.Combine(copy, "x.db"), database, overwrite: true);
        Assert.Equal(hub.Log.Head, await Open(copy));
    }

    [Fact]
    public async Task A_hub_does_not_begin_with_a_backup_beside_the_old_wal_and_does_without_it()
    {
        var copy = await Crash(hub.Directory);
        var file = Path.Combine(copy, "backup.db");
        SqliteBackup.Make(hub.Directory, file);
        var (database, backup, head) = (Path.Combine(copy, "rollcall.db"), await File.ReadAllBytesAsync(file, Cancel), hub.Log.Head);
        File.Move(file, database, overwrite: true);

        var refused = Assert.Throws<LogUnusableException>(() => SqliteLog.Open(copy, hub.Clock));
        Assert.Contains($"{database} is another one than the hub had open", refused.Message, StringComparison.Ordinal);
        Assert.Equal(backup, await File.ReadAllBytesAsync(database, Cancel));

        File.Delete($"{database}-wal");
        File.Delete($"{database}-shm");
        var epoch = "";
        await using (var log = SqliteLog.Open(copy, hub.Clock))
        {
            epoch = log.Epoch;
            Assert.Equal(head, log.Head);
            Assert.Equal((head, epoch), await OpenedAs(await Crash(copy)));
        }

        Assert.Equal((head, epoch), await OpenedAs(copy));
    }

    [Fact]
    public async Task A_hub_does_not_begin_with_its_own_database_of_an_earlier_start_beside_a_wal()
    {
        await hub.Log.DisposeAsync();
        var earlier = await File.ReadAllBytesAsync(hub.Database, Cancel);
        await hub.Reopen();
        await hub.Say("a", "after");
        var copy = await Crash(hub.Directory);

        // In place: the same file with another content.
        await File.WriteAllBytesAsync(Path.Combine(copy, "rollcall.db"), earlier, Cancel);
        Assert.Throws<LogUnusableException>(() => SqliteLog.Open(copy, hub.Clock));
    }

    [Fact]
    public async Task A_damaged_table_of_sessions_is_told_in_words()
    {
        var page = int.Parse(hub.Sql("SELECT rootpage FROM sqlite_schema WHERE name = 'sessions'")!, System.Globalization.CultureInfo.InvariantCulture);
        await hub.Log.DisposeAsync();
        var whole = await File.ReadAllBytesAsync(hub.Database, Cancel);
        whole.AsSpan((page - 1) * 8192, 8192).Fill(0x7f);
        await File.WriteAllBytesAsync(hub.Database, whole, Cancel);

        await hub.Reopen();
        var refused = await Assert.ThrowsAsync<LogUnusableException>(async () => await hub.Log.Recover(Cancel));
        Assert.Contains($"{hub.Database} cannot be used", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_whose_wal_was_moved_takes_nothing_until_it_is_back(bool anotherIsThere)
    {
        var (wal, head) = ($"{hub.Database}-wal", hub.Log.Head);
        File.Move(wal, $"{wal}.x");
        if (anotherIsThere)
        {
            await File.WriteAllBytesAsync(wal, [], Cancel);
        }

        var lost = await Assert.ThrowsAsync<IOException>(() => hub.Say("a", "lost"));
        Assert.Contains($"{wal} was moved or removed", lost.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(async () => await hub.Log.ProveWritable(Cancel));
        Assert.Equal(head, hub.Log.Head);

        File.Move($"{wal}.x", wal, overwrite: true);
        await hub.Say("a", "found");
    }

    [Fact]
    public async Task What_was_stored_is_there_when_a_log_was_closed_whose_wal_is_gone()
    {
        File.Delete($"{hub.Database}-wal");
        File.Delete($"{hub.Database}-shm");
        await Assert.ThrowsAsync<IOException>(() => hub.Say("a", "lost"));
        var head = hub.Log.Head;
        await hub.Reopen();
        Assert.Equal((head, (int)head), (hub.Log.Head, (await hub.Events()).Count));
        Assert.Equal("ok", hub.Sql("PRAGMA integrity_check"));
    }

    /// <summary>What a crash would leave of a directory, elsewhere.</summary>
    private async Task<string> Crash(string directory)
    {
        var copy = Path.Combine(hub.Directory, $"copy-{Guid.NewGuid():N}");
        Directory.CreateDirectory(copy);
        using var cp = Process.Start("cp", [.. Directory.GetFiles(directory), copy]);
        await cp.WaitForExitAsync(Cancel);
        Assert.Equal(0, cp.ExitCode);
        return copy;
    }

    private async Task<long> Open(string directory) => (await OpenedAs(directory)).Head;

    private async Task<(long Head, string Epoch)> OpenedAs(string directory)
    {
        await using var log = SqliteLog.Open(directory, hub.Clock);
        await log.Recover(Cancel);
        return (log.Head, log.Epoch);
    }
}
