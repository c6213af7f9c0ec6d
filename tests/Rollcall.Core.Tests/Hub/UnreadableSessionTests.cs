using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>A session that the log has and cannot read is the trouble of who asks for it, and of nobody else.</summary>
public sealed class UnreadableSessionTests
{
    [Fact]
    public async Task Whoever_is_about_it_is_told_so_and_the_rest_of_the_batch_is_done()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var failures = new List<Exception>();
        fixture.Hub.LogFailed += failures.Add;
        fixture.Log.FailsToFind = true;
        var held = await fixture.HoldWriter("a");
        var about = fixture.Hub.Submit(new Heartbeat { SessionId = "x" }).AsTask();
        var word = fixture.Hub.Tell("x", "cancel", default).AsTask();
        var other = fixture.Hub.Submit([new StartTask { SessionId = "a", TaskId = "t" }, new Heartbeat { SessionId = "x" }]).AsTask();
        fixture.Log.ReleaseAppends();
        await held;

        var refused = Assert.IsType<Outcome.Refused>(await about);
        Assert.Equal((ErrorCodes.Unavailable, "session x could not be read; nothing was changed"), (refused.Code, refused.Message));
        Assert.Equal(refused, await word);
        var outcomes = await other;
        Assert.True(Assert.IsType<Outcome.Accepted>(outcomes[0]).Changed);
        Assert.Equal(refused, outcomes[1]);
        Assert.Equal(1, fixture.View("a")!.TasksRunning);
        Assert.All(failures, failure => Assert.Equal("session x could not be read", failure.Message));
        Assert.Equal(3, failures.Count);
    }

    [Fact]
    public async Task It_keeps_no_dead_session_alive()
    {
        await using var fixture = await HubFixture.StartWith("dead", lease: 30);
        fixture.Log.FailsToFind = true;
        for (var i = 0; i < 4; i++)
        {
            await fixture.Pass(10);
            Assert.IsType<Outcome.Refused>(await fixture.Hub.Submit(new Heartbeat { SessionId = "x" }));
        }

        Assert.Null(fixture.View("dead"));
    }
}
