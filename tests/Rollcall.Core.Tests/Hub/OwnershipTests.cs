using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>When somebody owns a session, and when they hear that they do, or no longer do.</summary>
public sealed class OwnershipTests
{
    private readonly List<string> _heard = [];

    [Fact]
    public async Task Somebody_owns_a_session_once_that_is_durable()
    {
        await using var fixture = await HubFixture.StartWith("a");
        fixture.Log.HoldAppends();
        var owning = fixture.Hub.Own("a", Named("new"), Began("new")).AsTask();
        await fixture.Log.AppendWaits.Task;
        var early = (owning.IsCompleted, fixture.Hub.Owners.Has("a"), _heard.Count);

        fixture.Log.ReleaseAppends();

        Assert.Equal((false, false, 0), early);
        Assert.Null(await owning);
        Assert.True(fixture.Hub.Owners.Has("a"));
        await fixture.Restart();
        await fixture.CrashesAfter("a", 30, "owner");
    }

    [Fact]
    public async Task Nobody_comes_to_own_a_session_where_that_cannot_be_stored_and_who_owned_it_still_does()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var old = Named("old");
        await fixture.Hub.Own("a", old, Began("old"));
        fixture.Log.Fails = true;

        Assert.Equal(ErrorCodes.Unavailable, (await fixture.Hub.Own("a", Named("new"), Began("new")))?.Code);

        Assert.Same(old, fixture.Hub.Owners.Of("a"));
        Assert.Equal(["old began"], _heard);
    }

    [Fact]
    public async Task Nobody_is_waited_for_who_could_not_come_to_own_a_session()
    {
        await using var fixture = await HubFixture.StartWith("a");
        fixture.Log.Fails = true;
        await fixture.Owned("a");
        fixture.Log.Fails = false;
        Assert.False(fixture.Hub.Owners.Has("a"));
        await fixture.LivesFor("a", 3600);
        await fixture.Restart();
        await fixture.LivesFor("a", 3600);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_gives_a_session_up_hears_it_once_that_is_durable_or_that_it_is_not(bool fails)
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        fixture.Log.HoldAppends();
        var leaving = fixture.Hub.Disown("a", owner, lost: false).AsTask();
        await fixture.Log.AppendWaits.Task;
        var early = leaving.IsCompleted;

        fixture.Log.Fails = fails;
        fixture.Log.ReleaseAppends();

        Assert.False(early);
        Assert.Equal(fails ? ErrorCodes.Unavailable : null, (await leaving)?.Code);
        Assert.False(fixture.Hub.Owners.Has("a"));
        await fixture.LivesFor("a", 3600);
        fixture.Log.Fails = false;
        await fixture.Pass(1);
        await fixture.Restart();
        await fixture.LivesFor("a", 3600);
    }

    /// <summary>Where what stands before it in its batch fails, it is not even looked at.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_gone_is_gone_also_where_that_was_never_decided(bool lost)
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        var held = await fixture.HoldWriter("a");
        var known = fixture.Hub.Submit(new Heartbeat { SessionId = "a" }, "key").AsTask();
        var gone = fixture.Hub.Disown("a", owner, lost).AsTask();
        fixture.Log.FailsToFindReceipts = true;
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, known, gone);
        await fixture.Settle();
        fixture.Log.FailsToFindReceipts = false;

        Assert.False(fixture.Hub.Owners.Has("a"));
        await (lost ? fixture.CrashesAfter("a", 30, "connection") : fixture.LivesFor("a", 3600));
    }

    /// <summary>It was to begin, and to lose its owner, in a batch that could not be stored.</summary>
    [Fact]
    public async Task A_life_that_did_not_begin_leaves_the_next_no_owner_to_wait_for()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        var again = new CreateSession { SessionId = "a", Revive = true };
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await fixture.Do(new CreateSession { SessionId = "b" });
        var held = await fixture.HoldWriter("b");
        var born = fixture.Hub.Submit(again).AsTask();
        var gone = fixture.Hub.Disown("a", owner, lost: true).AsTask();
        fixture.Log.Fails = true;
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, gone);
        Assert.IsType<Outcome.Refused>(await born);
        await fixture.Settle();
        fixture.Log.Fails = false;

        await fixture.Do(again);

        await fixture.LivesFor("a", 3600);
    }

    [Fact]
    public async Task A_connection_that_is_lost_waits_for_nobody()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        var held = await fixture.HoldWriter("a");

        var lost = fixture.Hub.Disown("a", owner, lost: true).AsTask();
        var early = lost.IsCompleted;

        fixture.Log.ReleaseAppends();
        await held;
        Assert.True(early);
        Assert.Null(await lost);
    }

    [Fact]
    public async Task An_owner_hears_that_it_is_one_before_it_is_asked_and_who_was_it_before_that_it_is_replaced()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var held = await fixture.HoldWriter("a");
        var owning = Task.WhenAll(fixture.Hub.Own("a", Named("one"), Began("one")).AsTask(), fixture.Hub.Own("a", Named("two"), Began("two")).AsTask());
        var said = Task.WhenAll(fixture.Hub.Tell("a", "cancel", default).AsTask(), fixture.Hub.Submit(new ResumeSession { SessionId = "a" }).AsTask());
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, owning, said);

        Assert.All(await owning, Assert.Null);
        Assert.Equal(["one began", "two began", "one replaced", "two cancel", "two resume"], _heard.Where(word => word != "two pause"));
    }

    /// <summary>It is looked at in its turn, behind what was asked before.</summary>
    [Fact]
    public async Task Nobody_comes_to_own_a_session_that_has_ended()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var held = await fixture.HoldWriter("a");
        var ended = fixture.Hub.Submit(new TerminateSession { SessionId = "a" }).AsTask();
        var owning = fixture.Hub.Own("a", Named("late"), Began("late")).AsTask();
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, ended);

        Assert.Equal(ErrorCodes.Conflict, (await owning)?.Code);
        Assert.False(fixture.Hub.Owners.Has("a"));
        Assert.Empty(_heard);
    }

    /// <summary>Nothing of it is in the log.</summary>
    [Fact]
    public async Task Who_owns_a_session_that_was_owned_already_is_answered_too()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var first = Named("first");
        Assert.Null(await fixture.Hub.Own("a", first, Began("first")));
        Assert.Null(await fixture.Hub.Own("a", Named("second"), Began("second")));
        Assert.Null(await fixture.Hub.Disown("a", first, lost: false));
        Assert.Equal(["first began", "second began", "first replaced"], _heard);
    }

    /// <summary>It is the reply to a join, with all that the session has said lately.</summary>
    [Fact]
    public async Task What_is_called_when_somebody_begins_to_own_a_session_is_not_kept()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var began = await Owned();
        await fixture.Settle();

        // Not on what called it: that may have gone on with this test from within, and may still hold it.
        await Task.Yield();
        Assert.True(SpinWait.SpinUntil(IsCollected, TimeSpan.FromSeconds(20)));
        Assert.True(fixture.Hub.Owners.Has("a"));

        bool IsCollected()
        {
            GC.Collect();
            return !began.IsAlive;
        }

        async Task<WeakReference> Owned()
        {
            var reply = new byte[1];
            Assert.Null(await fixture.Hub.Own("a", Named("a"), () => reply[0]++));
            return new WeakReference(reply);
        }
    }

    [Fact]
    public async Task What_fails_for_one_owner_keeps_nothing_from_the_others_nor_from_the_view()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b" });
        var held = await fixture.HoldWriter("a");
        var failing = fixture.Hub.Own("a", Named("a"), () => throw new InvalidOperationException("a bug")).AsTask();
        var other = fixture.Hub.Own("b", Named("b"), Began("b")).AsTask();
        var named = fixture.Hub.Submit(new UpdateSession { SessionId = "a", Name = "new" }).AsTask();
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, failing, other, named);

        Assert.Contains("b began", _heard);
        Assert.Equal("new", fixture.View("a")!.Name);
    }

    [Fact]
    public async Task Who_leaves_in_the_batch_in_which_another_joins_takes_nothing_from_it()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var old = await fixture.Owned("a");
        var held = await fixture.HoldWriter("a");
        var both = Task.WhenAll(fixture.Hub.Own("a", Named("new"), Began("new")).AsTask(), fixture.Hub.Disown("a", old, lost: false).AsTask());
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, both);
        await fixture.LivesFor("a", 3600);
        await fixture.Restart();
        await fixture.CrashesAfter("a", 30, "owner");
    }

    [Fact]
    public async Task A_hub_that_stops_answers_whoever_comes_to_own_or_leaves()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var held = await fixture.HoldWriter("a");
        var waiting = fixture.Hub.Own("a", Named("new"), Began("new")).AsTask();
        var stopping = fixture.Hub.DisposeAsync().AsTask();
        var late = Task.WhenAll(fixture.Hub.Own("a", Named("late"), Began("late")).AsTask(), fixture.Hub.Disown("a", Named("late"), lost: false).AsTask());
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, stopping);
        Assert.Null(await waiting);
        Assert.All(await late, refused => Assert.Equal(ErrorCodes.Unavailable, refused?.Code));
    }

    [Fact]
    public async Task Whose_place_is_taken_hears_it_also_where_the_new_owner_fails_at_its_beginning()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Own("a", Named("old"));
        await fixture.Hub.Own("a", Named("new"), () => throw new InvalidOperationException("a bug"));
        Assert.Equal(["old replaced"], _heard);
        Assert.True(fixture.Hub.Owners.Has("a"));
    }

    /// <summary>Notes what it hears.</summary>
    private Owner Named(string name) => new(
        (word, _) =>
        {
            _heard.Add($"{name} {word}");
            return true;
        },
        () => _heard.Add($"{name} replaced"));

    private Action Began(string name) => () => _heard.Add($"{name} began");

    [Fact]
    public async Task A_life_of_another_project_is_told_also_where_the_old_ones_owner_fails_at_it()
    {
        await using var fixture = await HubFixture.Start();
        await fixture.Do(new CreateSession { SessionId = "a", Project = "p" });
        var owner = new Owner((_, _) => true, () => throw new InvalidOperationException("a bug")) { Projects = new HashSet<string> { "p" } };
        await fixture.Hub.Own("a", owner);

        await fixture.Hub.Submit([new TerminateSession { SessionId = "a" }, new CreateSession { SessionId = "a", Project = "q", Revive = true }]);
        await fixture.Settle();

        Assert.Equal("q", fixture.View("a")!.Project);
        Assert.False(fixture.Hub.Owners.Has("a"));
    }
}
