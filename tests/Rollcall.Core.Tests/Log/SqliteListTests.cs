using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

public sealed class SqliteListTests : IAsyncLifetime
{
    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Make(new CreateSession { SessionId = "a", Name = "beta 100%", Project = "shop", Agent = "codex", Host = "h1", Cwd = "/srv/Été" });
        await Make(new CreateSession { SessionId = "b", Name = "Alpha", Project = "bank", Agent = "gemini", Host = "h2", Model = "opus_4" });
        await Make(new CreateSession { SessionId = "c", Status = SessionStatus.Idle });
        await Make(new CreateSession { SessionId = "d", Name = "gone", Project = "shop" });
        await hub.End("d");
        await Make(new ChangeStatus { SessionId = "a", Status = SessionStatus.Error });
    }

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task Without_a_filter_the_live_sessions_are_listed_the_latest_change_first()
    {
        Assert.Equal("a c b", await Ids(new SessionQuery()));
        var page = await hub.Log.List(new SessionQuery { Skip = 1, Limit = 1 }, Cancel);
        Assert.Equal(("c", 3L, hub.Log.Head), (Assert.Single(page.Sessions).Id, page.Total, page.Seq));
        Assert.Equal(hub["c"].View, page.Sessions[0]);
    }

    [Fact]
    public async Task Statuses_choose_also_among_the_ended()
    {
        Assert.Equal("d", await Ids(new SessionQuery { Statuses = [SessionStatus.Terminated] }));
        Assert.Equal("a d", await Ids(new SessionQuery { Statuses = [SessionStatus.Terminated, SessionStatus.Error] }));
        Assert.Equal("b", await Ids(new SessionQuery { Statuses = [SessionStatus.Active] }));
        Assert.Equal("a d c b", await Ids(new SessionQuery { Statuses = Enum.GetValues<SessionStatus>() }));
        Assert.Equal("", await Ids(new SessionQuery { Statuses = [] }));
    }

    [Fact]
    public async Task Every_filter_narrows()
    {
        Assert.Equal("b", await Ids(new SessionQuery { State = SessionState.Working }));
        Assert.Equal("a", await Ids(new SessionQuery { Project = "shop" }));
        Assert.Equal("b", await Ids(new SessionQuery { Agent = "gemini" }));
        Assert.Equal("a", await Ids(new SessionQuery { Host = "h1" }));
        Assert.Equal("", await Ids(new SessionQuery { Host = "h1", Agent = "gemini" }));
    }

    [Theory]
    [InlineData("ALPHA", "b")]
    [InlineData("été", "a")]
    [InlineData("ÉTÉ", "a")]
    [InlineData("hop", "a")]
    [InlineData("0%", "a")]
    [InlineData("%", "a")]
    [InlineData("_", "b")]
    [InlineData("'", "")]
    [InlineData("gemini", "")]
    [InlineData("", "a c b")]
    public async Task A_search_finds_text_as_it_is_in_any_case(string search, string ids) =>
        Assert.Equal(ids, await Ids(new SessionQuery { Search = search }));

    [Theory]
    [InlineData(SessionOrder.UpdatedAt, false, "b c d a")]
    [InlineData(SessionOrder.CreatedAt, true, "d c b a")]
    [InlineData(SessionOrder.CreatedAt, false, "a b c d")]
    [InlineData(SessionOrder.Name, false, "b a d c")]
    [InlineData(SessionOrder.Name, true, "d a b c")]
    [InlineData(SessionOrder.Status, false, "b c a d")]
    [InlineData(SessionOrder.Status, true, "d a c b")]
    public async Task A_list_is_sorted_by_any_order_either_way_the_nameless_last(SessionOrder order, bool descending, string ids) =>
        Assert.Equal(ids, await Ids(new SessionQuery { Statuses = Enum.GetValues<SessionStatus>(), Order = order, Descending = descending }));

    [Fact]
    public async Task Equals_keep_an_order_that_is_turned_round_with_the_list()
    {
        await hub.Do(new CreateSession { SessionId = "y" }, new CreateSession { SessionId = "x" }, new CreateSession { SessionId = "z" });
        var query = new SessionQuery { Limit = 3 };
        Assert.Equal("z x y", await Ids(query));
        Assert.Equal("y x z", await Ids(query with { Skip = 3, Descending = false }));
        Assert.Equal("x y", await Ids(query with { Skip = 1, Limit = 2 }));
    }

    [Fact]
    public async Task Sessions_of_one_status_are_sorted_by_their_last_change()
    {
        await Make(new CreateSession { SessionId = "e" });
        await Make(new UpdateSession { SessionId = "b", Name = "Beta" });
        var query = new SessionQuery { Statuses = [SessionStatus.Active], Order = SessionOrder.Status };
        Assert.Equal("b e", await Ids(query));
        Assert.Equal("e b", await Ids(query with { Descending = false }));
    }

    [Fact]
    public async Task Only_visible_projects_are_listed_and_counted()
    {
        Assert.Equal("b", await Ids(new SessionQuery { Visible = new HashSet<string> { "bank", "it's" } }));
        Assert.Equal(0, (await hub.Log.List(new SessionQuery { Visible = new HashSet<string>() }, Cancel)).Total);
    }

    [Fact]
    public void Statuses_and_states_keep_the_numbers_they_are_stored_by()
    {
        Assert.Equal("Initializing Active Idle Waiting Error Terminating Terminated", string.Join(' ', Enum.GetValues<SessionStatus>()));
        Assert.Equal("Working Idle Error", string.Join(' ', Enum.GetValues<SessionState>()));
    }

    private async Task<string> Ids(SessionQuery query)
    {
        var page = await hub.Log.List(query, Cancel);
        Assert.True(page.Total >= page.Sessions.Count);
        return string.Join(' ', page.Sessions.Select(view => view.Id));
    }

    private async Task Make(Command command)
    {
        hub.Clock.Now += TimeSpan.FromSeconds(1);
        await hub.Do(command);
    }
}
