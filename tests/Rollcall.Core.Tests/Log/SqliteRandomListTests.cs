using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>
/// Whatever is asked of more sessions than are sorted in one go, the answer is the one that sorting and counting all of
/// them gives; also after sessions changed, ended, began anew and were pruned.
/// </summary>
public sealed class SqliteRandomListTests : IAsyncDisposable
{
    private const int Seed = 7655;
    private const int Sessions = 5000;

    private static readonly string?[] Projects = ["shop", "bank", "Größe", null];
    private static readonly string[] Searches = ["", "task 1", "TASK", "größe", "a", "10", "no such", "%", "\"", "\0x", "s0004"];

    private readonly LogFixture hub = new();
    private readonly Random random = new(Seed);
    private readonly Dictionary<string, SessionView> model = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task Every_page_is_what_sorting_everything_gives()
    {
        await Step(Enumerable.Range(0, Sessions).Select(i => (Command)new CreateSession
        {
            SessionId = $"s{i:0000}",
            Name = random.Next(5) == 0 ? null : $"Task {random.Next(3000)}",
            Project = Pick(Projects),
            Agent = Pick(["codex", null]),
            Host = Pick(["h1", "h2"]),
            Status = Pick([SessionStatus.Active, SessionStatus.Idle]),
        }));
        await Check(30);
        await Step(Some(1500, _ => true).Select(id => (Command)new UpdateSession { SessionId = id, Name = $"renamed {id}", Host = "h3" }));
        await Step(Some(2200, view => view.Status == SessionStatus.Active).Select(id => (Command)new ChangeStatus { SessionId = id, Status = SessionStatus.Error }));
        await Step(Some(3000, _ => true).Select(id => (Command)new TerminateSession { SessionId = id }));
        await Check(80);
        await Step(model.Values.Where(view => !view.IsLive).Take(300).Select(view => (Command)new CreateSession { SessionId = view.Id, Project = view.Project, Revive = true }));
        await Check(30);
        await hub.Log.Prune(new Retention(TimeSpan.FromMinutes(1), TimeSpan.FromDays(1), long.MaxValue), hub.Clock.Now + TimeSpan.FromHours(1), Cancel);
        foreach (var ended in model.Values.Where(view => !view.IsLive).ToList())
        {
            model.Remove(ended.Id);
        }

        await Check(30);
        Assert.Equal("ok", hub.Sql("PRAGMA integrity_check"));
        hub.Sql("INSERT INTO texts (texts) VALUES ('integrity-check')");
    }

    private async Task Check(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var query = new SessionQuery
            {
                Skip = random.Next(3) == 0 ? random.Next(Sessions) : 0,
                Limit = random.Next(1, 200),
                Statuses = random.Next(4) switch
                {
                    0 => null,
                    1 => [SessionStatus.Terminated],
                    2 => Enum.GetValues<SessionStatus>(),
                    _ => [.. Enum.GetValues<SessionStatus>().Where(_ => random.Next(2) == 0)],
                },
                State = random.Next(5) == 0 ? Pick(Enum.GetValues<SessionState>()) : null,
                Project = random.Next(4) == 0 ? Pick(Projects) : null,
                Agent = random.Next(4) == 0 ? "codex" : null,
                Host = random.Next(4) == 0 ? Pick(["h1", "h2", "h3"]) : null,
                Search = random.Next(2) == 0 ? Pick(Searches) : null,
                Order = Pick(Enum.GetValues<SessionOrder>()),
                Descending = random.Next(2) == 0,
                Visible = random.Next(5) == 0 ? new HashSet<string> { "shop", "Größe" } : null,
            };
            var page = await hub.Log.List(query, Cancel);
            var expected = Sorted(query).ToList();
            Assert.Equal((expected.Count, hub.Log.Head, $"{query}"), (page.Total, page.Seq, $"{query}"));
            Assert.Equal(expected.Skip(query.Skip).Take(query.Limit), page.Sessions.Select(view => view.Id));
        }
    }

    private IEnumerable<string> Sorted(SessionQuery query)
    {
        var found = model.Values.Where(view =>
            (query.Statuses?.Contains(view.Status) ?? view.IsLive)
            && (query.State is null || view.State == query.State)
            && (query.Project is null || view.Project == query.Project)
            && (query.Agent is null || view.Agent == query.Agent)
            && (query.Host is null || view.Host == query.Host)
            && (query.Visible is null || (view.Project is { } project && query.Visible.Contains(project)))
            && (string.IsNullOrEmpty(query.Search) || new[] { view.Id, view.Name, view.Project, view.Cwd, view.Model }
                .Any(text => text?.Contains(query.Search, StringComparison.OrdinalIgnoreCase) == true)));
        var sorted = found.OrderBy(view => view.Id, StringComparer.Ordinal);
        var byKey = (query.Order switch
        {
            SessionOrder.UpdatedAt => sorted.OrderBy(view => view.UpdatedAt),
            SessionOrder.CreatedAt => sorted.OrderBy(view => view.CreatedAt),
            SessionOrder.Status => sorted.OrderBy(view => view.Status),
            _ => sorted.OrderBy(view => view.Name is null != query.Descending).ThenBy(view => view.Name, StringComparer.OrdinalIgnoreCase),
        }).ThenBy(view => view.Id, StringComparer.Ordinal).Select(view => view.Id);
        return query.Descending ? byKey.Reverse() : byKey;
    }

    private async Task Step(IEnumerable<Command> commands)
    {
        foreach (var batch in commands.Chunk(200))
        {
            hub.Clock.Now += TimeSpan.FromMilliseconds(random.Next(3));
            foreach (var session in (await hub.Do(batch)).Sessions)
            {
                model[session.View.Id] = session.View;
            }
        }
    }

    private List<string> Some(int count, Func<SessionView, bool> which) =>
        [.. model.Values.Where(view => view.IsLive && which(view)).Select(view => view.Id).OrderBy(_ => random.Next()).Take(count)];

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
