using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>The rows of sessions follow the events; nobody who asks can tell, and a crash loses nothing.</summary>
public sealed class SqliteModelTests : IAsyncDisposable
{
    private readonly LogFixture hub = new();
    private readonly Random random = new(4);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task After_a_crash_the_rows_are_brought_forward_from_the_events()
    {
        for (var crash = 0; crash < 6; crash++)
        {
            await Live(60);
            var head = hub.Log.Head;
            var sessions = await Sessions();
            var count = await hub.Log.CountAll(null, Cancel);

            var copy = Crash();
            await using var again = SqliteLog.Open(copy, hub.Clock);

            Assert.Equal(head, again.Head);
            Assert.Equal(count, await again.CountAll(null, Cancel));
            foreach (var session in sessions)
            {
                SqliteLogTests.Same(session, await again.Find(session.View.Id, Cancel));
            }

            var live = (await again.Recover(Cancel)).Live.Select(session => session.View.Id).Order();
            Assert.Equal(sessions.Where(session => session.View.IsLive).Select(session => session.View.Id).Order(), live);
        }
    }

    [Theory]
    [InlineData("view", """{"id":1}""")]
    [InlineData("view", """{"id":"broken","created_at":"once"}""")]
    [InlineData("rest", "lost")]
    public async Task A_session_whose_row_lacks_events_and_cannot_be_read_is_refused_in_words_that_name_it(string column, string text)
    {
        await hub.Create("broken");
        await hub.Reopen();
        await hub.Say("broken", "stored after its row");
        hub.Sql($"UPDATE sessions SET {column} = '{text}'");
        var copy = Crash();
        var refused = Assert.Throws<LogUnusableException>(() => SqliteLog.Open(copy, hub.Clock));
        Assert.Contains("what is stored of session broken cannot be read (", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_is_written_five_seconds_after_it_fell_behind_and_once_for_all_that_happened()
    {
        await hub.Create("a");
        await hub.Say("a", "x");
        Assert.Equal("0", hub.Sql("SELECT count(*) FROM sessions"));
        hub.Clock.Now += TimeSpan.FromSeconds(5);
        await hub.Create("b");
        Assert.Equal("3", hub.Sql("SELECT version FROM sessions"));
        Assert.Equal("3", hub.Sql("SELECT modelled FROM progress"));

        // Its row is up to date; what follows is behind again.
        await hub.Say("a", "y");
        Assert.Equal("3", hub.Sql("SELECT version FROM sessions"));
        hub.Clock.Now += TimeSpan.FromSeconds(5);
        await hub.Say("b", "z");
        Assert.Equal("4", hub.Sql("SELECT version FROM sessions WHERE id = 'a'"));
        Assert.Equal("3", hub.Sql("SELECT version FROM sessions WHERE id = 'b'"));
    }

    [Fact]
    public async Task Rows_are_written_when_too_many_are_behind_or_by_too_many_events()
    {
        for (var i = 0; i < 12; i++)
        {
            await hub.Do([.. Enumerable.Range(i * 1000, 1000).Select(n => new CreateSession { SessionId = $"s{n}" })]);
            Assert.Equal(i < 9 ? "0" : $"{(i * 1000) - 8192}", hub.Sql("SELECT count(*) FROM sessions"));
        }

        await hub.Do([.. Enumerable.Range(0, 132_000).Select(_ => new AppendOutput { SessionId = "s11999", Text = "z" })]);
        Assert.Equal("3833", hub.Sql("SELECT count(*) FROM sessions"));
    }

    [Fact]
    public async Task A_lease_is_durable_with_the_batch_that_sets_it()
    {
        var batch = hub.Decide(new CreateSession { SessionId = "a" });
        await hub.Log.Append(batch with { Leases = new Dictionary<string, int?> { ["a"] = 60 } }, Cancel);
        await using var again = SqliteLog.Open(Crash(), hub.Clock);
        Assert.Equal(60, (await again.Recover(Cancel)).Leases["a"]);
    }

    [Fact]
    public async Task A_row_that_was_written_alone_more_than_once_is_written_again_with_the_next_event()
    {
        await hub.Create("a");
        await hub.Log.Recover(Cancel);
        await hub.Create("front");
        for (var i = 0; i < 2; i++)
        {
            await hub.Log.Append(LogFixture.Batch([]) with { Sessions = [hub["a"]] }, Cancel);
        }

        await hub.Say("a", "x");
        hub.Clock.Now += TimeSpan.FromSeconds(5);
        await hub.Create("b");
        Assert.Equal("3", hub.Sql("SELECT version FROM sessions WHERE id = 'a'"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_a_batch_only_touched_at_first_does_not_hide_what_another_lacks(bool toldLater)
    {
        await hub.Create("a");
        await hub.Create("b");
        await hub.Log.Recover(Cancel);
        Command[] touch = [new UpdateSession { SessionId = "a" }];
        Command[] tell = [new UpdateSession { SessionId = "b", Name = "told" }];
        Command[] later = toldLater ? [new AppendOutput { SessionId = "a", Text = "x" }] : [];
        hub.Clock.Now += TimeSpan.FromSeconds(1);
        await hub.Do([.. touch, .. tell, .. later]);
        await hub.Create("c");

        await using var again = SqliteLog.Open(Crash(), hub.Clock);
        Assert.Equal("told", (await again.Find("b", Cancel))!.View.Name);
        Assert.Contains(await hub.Log.Read(new LogRange(SessionId: "b"), Cancel), entry => entry.Version == 2);
    }

    [Fact]
    public async Task Events_without_their_sessions_state_are_refused_whole()
    {
        await hub.Create("a");
        var batch = hub.Decide(new AppendOutput { SessionId = "a", Text = "x" });
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await hub.Log.Append(batch with { Sessions = [] }, Cancel));
        Assert.Equal(2, hub.Log.Head);
    }

    /// <summary>Sessions begin, work, end and begin again.</summary>
    private async Task Live(int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            var id = $"s{random.Next(12)}";
            var session = await hub.Log.Find(id, Cancel);
            await hub.Do(session is not { View.IsLive: true } ? new CreateSession { SessionId = id, Revive = true, Project = "p" } : random.Next(8) switch
            {
                0 => new TerminateSession { SessionId = id, Reason = TerminationReason.Crashed, Error = "fell over" },
                1 => new StartTask { SessionId = id, TaskId = $"t{i}" },
                2 when !session.Tasks.IsEmpty => new CompleteTask { SessionId = id, TaskId = session.Tasks.Keys.First() },
                3 => new ReportUsage { SessionId = id, InputTokens = 7, CostUsd = 0.25m },
                4 => new UpdateSession { SessionId = id, Name = $"n{i}" },
                5 => new ChangeStatus { SessionId = id, Status = session.View.Status == SessionStatus.Active ? SessionStatus.Waiting : SessionStatus.Active },
                _ => new AppendOutput { SessionId = id, Text = "x" },
            });
            hub.Clock.Now += TimeSpan.FromMilliseconds(random.Next(300));
        }
    }

    private async Task<List<Session>> Sessions()
    {
        var found = new List<Session>();
        for (var i = 0; i < 12; i++)
        {
            found.AddRange(await hub.Log.Find($"s{i}", Cancel) is { } session ? [session] : Array.Empty<Session>());
        }

        return found;
    }

    /// <summary>The files as they are while the log is open: what a crash leaves.</summary>
    private string Crash()
    {
        var folder = Directory.CreateDirectory(Path.Combine(hub.Directory, $"{Guid.NewGuid():N}")).FullName;
        foreach (var file in Directory.GetFiles(hub.Directory, "rollcall.db*"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }
}
