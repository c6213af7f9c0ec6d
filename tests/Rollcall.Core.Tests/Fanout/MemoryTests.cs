using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>Measures the whole process, so that nothing else runs beside it.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Fact]
    public async Task What_is_kept_for_a_stalled_watcher_is_bounded()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = new Watcher(fixture);
        await slow.Join("session:a");
        await slow.Drained();
        slow.Stall();
        await JoinTests.FloodOutput(fixture);
        await slow.UntilStalled();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 20; i++)
        {
            await JoinTests.FloodOutput(fixture);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 * 1024 * 1024);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task What_is_kept_for_watchers_that_resume_and_do_not_read_is_a_page_for_each_place_that_they_resume_from(int places)
    {
        await using var fixture = await HubFixture.StartWith("a");
        await JoinTests.FloodOutput(fixture);
        await JoinTests.FloodOutput(fixture);
        var watchers = Enumerable.Range(0, 50).Select(_ => new Watcher(fixture)).ToList();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < watchers.Count; i++)
        {
            // A page is more than one write.
            watchers[i].Written = watchers[i].Stall;
            await watchers[i].Join("session:a", i % places);
            await watchers[i].UntilEvent("resumed");
            await watchers[i].UntilStalled();
        }

        // What was written is kept by the watchers themselves.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, ((places * 330) + (50 * 200)) * 1024);
        watchers.ForEach(watcher => watcher.Dispose());
    }

    [Fact]
    public async Task What_is_kept_of_snapshots_is_bounded_however_many_are_asked_for_while_nothing_changes()
    {
        await using var fixture = await HubFixture.Start();
        for (var i = 0; i < 100; i++)
        {
            await fixture.Do(new CreateSession { SessionId = $"s{i}", Project = "p", Name = new string('x', 200), Cwd = new string('y', 8000) });
        }

        var hub = fixture.Hub.Fanout;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 300; i++)
        {
            using var watcher = new Watcher(fixture);
            await watcher.Join("sessions", projects: $"p p{i}");
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100 * 1024 * 1024);
        var encoded = hub.SnapshotEncodings;
        using var one = new Watcher(fixture);
        await one.Join("sessions");
        await one.Join("project:p", events: "session_status");
        await one.Join("project:p", events: "session_updated");
        Assert.Equal(2, hub.SnapshotEncodings - encoded);
    }

    [Fact]
    public async Task What_is_kept_of_tiny_snapshots_is_bounded_too()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var snapshots = new Snapshots(fixture.Log, fixture.Clock, TimeSpan.FromMinutes(5));
        var now = new Moment(fixture.Hub.View, 0, fixture.Clock.GetUtcNow());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 200_000; i++)
        {
            await snapshots.Of(new Selection([Topic.Parse($"project:{i}")!], null, null), now);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100 * 1024 * 1024);
        GC.KeepAlive(snapshots);
        GC.KeepAlive(now);
    }

    [Fact]
    public async Task Nothing_is_kept_of_what_is_to_be_said_behind_a_close()
    {
        await using var fixture = await HubFixture.Start();
        using var closed = new Watcher(fixture);
        closed.Outlet.Close(1001, "gone");
        await closed.Closed.Task;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 1000; i++)
        {
            closed.Outlet.Send(new byte[64 * 1024]);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 * 1024 * 1024);
    }
}
