using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>Owners that come and go, and whether a session outlives them.</summary>
internal static class LivenessScene
{
    /// <summary>An owner that takes whatever it is asked.</summary>
    public static Owner Somebody() => new((_, _) => true, () => { });

    /// <summary>Gives a session an owner.</summary>
    public static async Task<Owner> Owned(this HubFixture fixture, string id)
    {
        var owner = Somebody();
        await fixture.Hub.Own(id, owner);
        return owner;
    }

    /// <summary>The owner of a session goes, and the hub has heard of it.</summary>
    public static async Task Leaves(this HubFixture fixture, string id, Owner owner, bool lost)
    {
        await fixture.Hub.Disown(id, owner, lost);
        await fixture.Settle();
    }

    /// <summary>Gives a session an owner, which is lost at once.</summary>
    public static async Task LoseOwner(this HubFixture fixture, string id) => await fixture.Leaves(id, await fixture.Owned(id), lost: true);

    /// <summary>Holds the writer with a command until <see cref="FaultyLog.ReleaseAppends"/>.</summary>
    /// <returns>The answer to that command, which changes nothing of what the session lives by.</returns>
    public static async Task<Task> HoldWriter(this HubFixture fixture, string id)
    {
        fixture.Log.HoldAppends();
        var held = fixture.Hub.Submit(new PauseSession { SessionId = id }).AsTask();
        await fixture.Log.AppendWaits.Task;
        return held;
    }

    /// <summary>Lets time pass, which the session survives.</summary>
    public static async Task LivesFor(this HubFixture fixture, string id, double seconds)
    {
        await fixture.Pass(seconds);
        Assert.NotNull(fixture.View(id));
    }

    /// <summary>The session lives until a second before its time is over, and has crashed a second after.</summary>
    public static async Task CrashesAfter(this HubFixture fixture, string id, double seconds, string why)
    {
        await fixture.LivesFor(id, seconds - 1);
        await fixture.Pass(2);
        await fixture.HasCrashed(id, why);
    }

    /// <summary>The session has ended by a crash, which was told with its reason.</summary>
    public static async Task HasCrashed(this HubFixture fixture, string id, string why)
    {
        Assert.Null(fixture.View(id));
        var told = (await fixture.Told(id)).TakeLast(3).ToList();
        Assert.Equal(["session_status", "session_status", "session_terminated"], told.Select(e => e.EventName));
        var end = Assert.IsType<SessionTerminated>(told[2]);
        Assert.Equal(TerminationReason.Crashed, end.Reason);
        Assert.Contains(why, end.Error, StringComparison.Ordinal);
        Assert.All(told.OfType<SessionStatusChanged>(), e => Assert.Equal(end.Error, e.Error));
        Assert.Equal((SessionState.Error, end.Error), ((await fixture.Find(id))!.View.State, (await fixture.Find(id))!.View.ErrorMessage));
    }
}
