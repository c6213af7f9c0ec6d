using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log.Lists;

/// <summary>What lists must say, by sorting and counting all sessions, and random questions.</summary>
public sealed class ListModel(int seed)
{
    public static readonly string?[] Projects = ["shop", "bank", "Größe", null];

    private static readonly string[] Searches =
        ["", "task 1", "TASK", "größe", "GRÖSSE", "a", "K", "é", "10", "no such", "%", "_", "\"", "'", "*", "\0x", "\u001f", "s0004", "S0004", "\uD83D\uDE00", "x\ny", "-"];

    private readonly Random random = new(seed);

    public Dictionary<string, SessionView> Sessions { get; } = [];

    /// <summary>Asks random questions, each of which gives ids and a total, and compares the answers with the model's.</summary>
    public async Task Check(int times, Func<SessionQuery, Task<(string[] Ids, long Total)>> list)
    {
        var whole = new Dictionary<SessionOrder, List<SessionView>>();
        foreach (var order in Enum.GetValues<SessionOrder>())
        {
            whole[order] = await Whole(order, list);
        }

        for (var i = 0; i < times; i++)
        {
            var query = Query();
            var (ids, total) = await list(query);
            var sorted = whole[query.Order].Where(view => Has(query, view));
            var expected = (query.Descending
                ? query.Order == SessionOrder.Name ? sorted.Reverse().OrderBy(view => view.Name is null) : sorted.Reverse()
                : sorted).Select(view => view.Id).ToList();
            Assert.Equal((expected.Count, $"{query}"), (total, $"{query}"));
            Assert.Equal(expected.Skip(query.Skip).Take(query.Limit), ids);
        }
    }

    /// <summary>Whether a search finds a session.</summary>
    public static bool Finds(SessionView view, string search) => new[] { view.Id, view.Name, view.Project, view.Cwd, view.Model }
        .Any(text => text?.ToLowerInvariant().Contains(search.ToLowerInvariant(), StringComparison.Ordinal) == true);

    /// <summary>All sessions, page by page: each once, and sorted. Which of equals comes first is the index's own matter, but for good.</summary>
    private async Task<List<SessionView>> Whole(SessionOrder order, Func<SessionQuery, Task<(string[] Ids, long Total)>> list)
    {
        var query = new SessionQuery { Limit = 199, Order = order, Descending = false, Statuses = Enum.GetValues<SessionStatus>() };
        var all = new List<SessionView>();
        for (; all.Count < Sessions.Count; query = query with { Skip = all.Count })
        {
            var (ids, total) = await list(query);
            Assert.Equal(Sessions.Count, total);
            Assert.NotEmpty(ids);
            all.AddRange(ids.Select(id => Sessions[id]));
        }

        Assert.Equal(Sessions.Count, all.DistinctBy(view => view.Id).Count());
        Assert.Equal(all.Order(Comparer<SessionView>.Create((one, other) => Compare(order, one, other))), all);
        return all;
    }

    private static int Compare(SessionOrder order, SessionView one, SessionView other) => order switch
    {
        SessionOrder.UpdatedAt => one.UpdatedAt.CompareTo(other.UpdatedAt),
        SessionOrder.CreatedAt => one.CreatedAt.CompareTo(other.CreatedAt),
        SessionOrder.Status => (one.Status, one.UpdatedAt).CompareTo((other.Status, other.UpdatedAt)),
        _ => one.Name is null || other.Name is null
            ? (one.Name is null).CompareTo(other.Name is null)
            : System.Text.Encoding.UTF8.GetBytes(one.Name.ToLowerInvariant()).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(other.Name.ToLowerInvariant())),
    };

    private static bool Has(SessionQuery query, SessionView view) =>
        (query.Statuses?.Contains(view.Status) ?? view.IsLive)
        && (query.State is null || view.State == query.State)
        && (query.Project is null || view.Project == query.Project)
        && (query.Agent is null || view.Agent == query.Agent)
        && (query.Host is null || view.Host == query.Host)
        && (query.Visible is null || (view.Project is { } project && query.Visible.Contains(project)))
        && (string.IsNullOrEmpty(query.Search) || Finds(view, query.Search));

    private SessionQuery Query() => new()
    {
        Skip = random.Next(3) switch { 0 => random.Next(Sessions.Count + 100), 1 => random.Next(100), _ => 0 },
        Limit = random.Next(1, 200),
        Statuses = random.Next(4) switch
        {
            0 => null,
            1 => [SessionStatus.Terminated],
            2 => Enum.GetValues<SessionStatus>(),
            _ => [.. Enum.GetValues<SessionStatus>().Where(_ => random.Next(2) == 0)],
        },
        State = random.Next(5) == 0 ? Pick(Enum.GetValues<SessionState>()) : null,
        Project = random.Next(5) == 0 ? Pick(Projects) : null,
        Agent = random.Next(5) == 0 ? "codex" : null,
        Host = random.Next(5) == 0 ? Pick(["h1", "h2", "h3"]) : null,
        Search = random.Next(2) == 0 ? Pick(Searches) : null,
        Order = Pick(Enum.GetValues<SessionOrder>()),
        Descending = random.Next(2) == 0,
        Visible = random.Next(5) == 0 ? new HashSet<string> { "shop", "Größe" } : null,
    };

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
