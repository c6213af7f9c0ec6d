using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>Whether a command, or an owner, is of the projects that its caller is limited to is looked at when it is decided, not when it came in.</summary>
public sealed class ProjectLimitTests
{
    private static readonly HashSet<string> Shop = ["shop"];

    [Fact]
    public async Task A_batch_that_begins_a_session_does_nothing_to_one_of_another_project_that_is_there()
    {
        await using var fixture = await With("bank");
        var before = await fixture.Events();

        Assert.Equal([Outcome.Foreign, Outcome.Foreign], await fixture.Hub.Submit([Begin("shop"), new TerminateSession { SessionId = "a" }], null, Shop));

        Assert.Equal(before.Count, (await fixture.Events()).Count);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task A_batch_begins_and_reports_a_session_of_its_own()
    {
        await using var fixture = await HubFixture.Start();
        var outcomes = await fixture.Hub.Submit(
            [new Heartbeat { SessionId = "a" }, Begin("bank"), Begin("shop"), new TerminateSession { SessionId = "a" }, Begin("bank") with { Revive = true }], null, Shop);

        Assert.Equal([false, false, true, true, false], outcomes.Select(outcome => outcome is Outcome.Accepted));
        Assert.Equal(Outcome.Foreign, outcomes[4]);
        Assert.Equal("shop", (await fixture.Find("a"))!.View.Project);
    }

    [Fact]
    public async Task A_begin_gives_no_lease_to_a_session_of_another_project()
    {
        await using var fixture = await With("bank");
        Assert.Equal(Outcome.Foreign, await fixture.Hub.Submit(Begin("shop") with { LeaseSeconds = 10 }, projects: Shop));
        await fixture.Pass(60);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task A_new_life_of_a_session_of_another_project_is_not_begun()
    {
        await using var fixture = await With("bank");
        await fixture.Do(new TerminateSession { SessionId = "a" });
        Assert.Equal(Outcome.Foreign, await fixture.Hub.Submit(Begin("shop") with { Revive = true }, projects: Shop));
        Assert.Null(fixture.View("a"));
    }

    [Fact]
    public async Task A_repeated_request_tells_nothing_of_a_session_that_is_of_another_project_now()
    {
        await using var fixture = await With("shop");
        var pause = new PauseSession { SessionId = "a" };
        Assert.IsType<Outcome.Accepted>(await fixture.Hub.Submit(pause, "k", Shop));
        await Anew(fixture, "bank");
        Assert.Equal(Outcome.Foreign, await fixture.Hub.Submit(pause, "k", Shop));
    }

    [Fact]
    public async Task What_was_gathered_is_limited_too()
    {
        await using var fixture = await With("bank");
        var gathering = fixture.Hub.Gather(Shop);
        var pending = gathering.Add(new UpdateSession { SessionId = "a", Name = "n" }).AsTask();
        gathering.Submit();
        Assert.Equal(Outcome.Foreign, await pending);
    }

    [Theory]
    [InlineData("bank", true, false)]
    [InlineData("shop", true, true)]
    [InlineData("bank", false, true)]
    public async Task An_owner_stays_at_a_new_life_that_is_of_its_projects(string project, bool limited, bool stays)
    {
        await using var fixture = await With("shop");
        var lost = 0;
        await fixture.Hub.Own("a", new Owner((_, _) => true, () => lost++) { Projects = limited ? Shop : null });
        await Anew(fixture, project);
        Assert.Equal((stays, stays ? 0 : 1), (fixture.Hub.Owners.Has("a"), lost));
    }

    [Fact]
    public async Task The_lease_of_a_new_life_runs_from_the_start_where_its_old_owner_had_to_go()
    {
        await using var fixture = await With("shop");
        await fixture.Hub.Own("a", new Owner((_, _) => true, () => { }) { Projects = Shop });
        await fixture.Settle();
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await fixture.Do(new CreateSession { SessionId = "a", Project = "bank", Status = SessionStatus.Idle, Revive = true, LeaseSeconds = 30 });
        await fixture.Pass(31);
        Assert.Null(fixture.View("a"));
    }

    /// <summary>It was let in while the session was of its projects, and a new life began before it was the owner.</summary>
    [Fact]
    public async Task An_owner_that_comes_too_late_for_its_project_owns_nothing()
    {
        await using var fixture = await With("bank");
        var lost = 0;
        var owner = new Owner((_, _) => true, () => lost++) { Projects = Shop };
        Assert.Equal(Outcome.Foreign, await fixture.Hub.Own("a", owner));
        Assert.Equal((false, 0), (fixture.Hub.Owners.Has("a"), lost));
        await fixture.Hub.Disown("a", owner, lost: true);
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task An_owner_loses_nothing_by_a_foreign_life_of_the_same_batch_that_was_over_when_it_came()
    {
        await using var fixture = await With("shop");
        var lost = 0;
        var owner = new Owner((_, _) => true, () => lost++) { Projects = Shop };
        var held = await fixture.HoldWriter("a");
        Command end = new TerminateSession { SessionId = "a" };
        var lives = fixture.Hub.Submit([end, Begin("bank") with { Revive = true }, end, Begin("shop") with { Revive = true }]).AsTask();
        var owned = fixture.Hub.Own("a", owner).AsTask();
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, lives, owned);
        Assert.Equal((true, 0), (fixture.Hub.Owners.Has("a"), lost));
    }

    private static CreateSession Begin(string project) => new() { SessionId = "a", Project = project };

    private static async Task<HubFixture> With(string project)
    {
        var fixture = await HubFixture.Start();
        await fixture.Do(Begin(project));
        return fixture;
    }

    private static async Task Anew(HubFixture fixture, string project)
    {
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await fixture.Do(Begin(project) with { Revive = true });
    }
}
