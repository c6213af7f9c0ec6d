using Rollcall.Core.Log;
using Rollcall.Core.Tests.Log.Lists;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>
/// Whatever is asked of the log, the answer is the one that sorting and counting all sessions gives; also after sessions
/// changed, ended, began anew and were pruned, and after a restart.
/// </summary>
public sealed class SqliteRandomListTests : IAsyncDisposable
{
    private const int Seed = 7655;
    private const int Sessions = 5000;

    private readonly LogFixture hub = new();
    private readonly Random random = new(Seed);
    private readonly ListModel model = new(Seed);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task Every_page_is_what_sorting_everything_gives()
    {
        await Step(Enumerable.Range(0, Sessions).Select(i => (Command)new CreateSession
        {
            SessionId = $"s{i:0000}",
            Name = random.Next(5) == 0 ? null : $"Task {random.Next(3000)}",
            Project = Pick(ListModel.Projects),
            Agent = Pick(["codex", null]),
            Host = Pick(["h1", "h2"]),
            Status = Pick([SessionStatus.Active, SessionStatus.Idle]),
        }));
        await Check(30);
        await Step(Some(1500, _ => true).Select(id => (Command)new UpdateSession { SessionId = id, Name = $"renamed {id}", Host = "h3" }));
        await Step(Some(2200, view => view.Status == SessionStatus.Active).Select(id => (Command)new ChangeStatus { SessionId = id, Status = SessionStatus.Error }));
        await Step(Some(3000, _ => true).Select(id => (Command)new TerminateSession { SessionId = id }));
        await Check(50);
        await hub.Reopen();
        await Check(50);
        await Step(model.Sessions.Values.Where(view => !view.IsLive).Take(300).Select(view => (Command)new CreateSession { SessionId = view.Id, Project = view.Project, Revive = true }).ToList());
        await Check(30);
        await hub.Log.Prune(new Retention(TimeSpan.FromMinutes(1), TimeSpan.FromDays(1), long.MaxValue), hub.Clock.Now + TimeSpan.FromHours(1), Cancel);
        foreach (var ended in model.Sessions.Values.Where(view => !view.IsLive).ToList())
        {
            model.Sessions.Remove(ended.Id);
        }

        await Check(30);
        await hub.Reopen();
        await Check(30);
        Assert.Equal("ok", hub.Sql("PRAGMA integrity_check"));
    }

    private async Task Check(int times)
    {
        Assert.Equal(model.Sessions.Count, await hub.Log.CountAll(null, Cancel));
        Assert.Equal(
            model.Sessions.Values.Count(view => view.Project is "shop" or "Größe"),
            await hub.Log.CountAll(new HashSet<string> { "shop", "Größe" }, Cancel));
        await model.Check(times, async query =>
        {
            var page = await hub.Log.List(query, Cancel);
            Assert.Equal(hub.Log.Head, page.Seq);
            Assert.All(page.Sessions, view => Assert.Equal(model.Sessions[view.Id], view));
            return ([.. page.Sessions.Select(view => view.Id)], page.Total);
        });
    }

    private async Task Step(IEnumerable<Command> commands)
    {
        foreach (var batch in commands.Chunk(200))
        {
            hub.Clock.Now += TimeSpan.FromMilliseconds(random.Next(3));
            foreach (var session in (await hub.Do(batch)).Sessions)
            {
                model.Sessions[session.View.Id] = session.View;
            }
        }
    }

    private List<string> Some(int count, Func<SessionView, bool> which) =>
        [.. model.Sessions.Values.Where(view => view.IsLive && which(view)).Select(view => view.Id).OrderBy(_ => random.Next()).Take(count)];

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
