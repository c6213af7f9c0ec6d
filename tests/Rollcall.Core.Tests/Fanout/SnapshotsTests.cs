using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>A snapshot is encoded once for each version of what it shows, and what the log tells those who resume is read once for all of them.</summary>
public sealed class SnapshotsTests
{
    [Fact]
    public async Task Signs_of_life_alone_make_no_new_one_within_a_second_and_then_one_that_shows_them()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var hub = fixture.Hub.Fanout;
        using var watcher = new Watcher(fixture);
        await watcher.Join("sessions");
        var (encoded, view) = (hub.SnapshotEncodings, hub.View);

        for (var i = 0; i < 3; i++)
        {
            await fixture.Pass(0.25);
            await fixture.Do(new Heartbeat { SessionId = "a" });
            await watcher.Join("sessions");
        }

        Assert.NotSame(view, hub.View);
        Assert.Equal(encoded, hub.SnapshotEncodings);
        await fixture.Pass(1);
        await fixture.Do(new Heartbeat { SessionId = "a" });
        await watcher.Join("sessions");
        await watcher.Join("session:a");
        Assert.Equal(encoded + 2, hub.SnapshotEncodings);
        await fixture.Pass(1);
        await fixture.Do(new Heartbeat { SessionId = "a" });
        await watcher.Join("session:a");
        Assert.Equal(encoded + 3, hub.SnapshotEncodings);
        await watcher.UntilEvent("snapshot", 7);
        var seen = watcher.Heard.Where(frame => frame.Event == "snapshot").TakeLast(3)
            .Select(frame => Session(frame.Payload).GetProperty("last_seen_at").GetDateTimeOffset()).ToList();
        Assert.Equal((seen[0], true), (seen[1], seen[2] - seen[1] >= TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("metrics")]
    [InlineData("sessions metrics")]
    public async Task The_aggregate_is_encoded_once_a_second(string topics)
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new StartTask { SessionId = "a", TaskId = "t" });
        var hub = fixture.Hub.Fanout;
        using var watcher = new Watcher(fixture);
        await watcher.Join("sessions");
        var encoded = hub.SnapshotEncodings;
        for (var second = 1; second <= 3; second++)
        {
            await watcher.Join(topics);
            await watcher.Join(topics);
            Assert.Equal(encoded + second, hub.SnapshotEncodings);
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await watcher.UntilEvent("snapshot", 7);
        var durations = watcher.Heard.Where(frame => frame.Event == "snapshot").Skip(1).Select(frame => Duration(frame.Payload)).ToList();
        Assert.Equal([0, 0, 1, 1, 2, 2], durations.Select(duration => duration - durations[0]));
    }

    [Fact]
    public async Task The_state_of_a_session_is_encoded_once_however_much_happens_to_others()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b" });
        var hub = fixture.Hub.Fanout;
        using var watcher = new Watcher(fixture);
        await watcher.Join("session:a");
        var encoded = hub.SnapshotEncodings;

        var seq = (await fixture.Do(new AppendOutput { SessionId = "b", Text = "said" })).Seq;
        await watcher.Join("session:a");
        Assert.Equal(encoded, hub.SnapshotEncodings);
        await watcher.UntilEvent("snapshot", 2);
        Assert.Equal(seq, watcher.Heard.Last(frame => frame.Event == "snapshot").Seq);

        await fixture.Do(new AppendOutput { SessionId = "a", Text = "heard" });
        await watcher.Join("session:a");
        Assert.Equal(encoded + 1, hub.SnapshotEncodings);
        await watcher.UntilEvent("snapshot", 3);
        Assert.Contains("heard", watcher.Heard.Last(frame => frame.Event == "snapshot").Payload.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_sessions_as_much_output_is_told_as_of_one()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b" });
        for (var i = 0; i < 20; i++)
        {
            await fixture.Do(new AppendOutput { SessionId = i % 2 == 0 ? "a" : "b", Text = new string('x', 50_000) });
        }

        using var watcher = new Watcher(fixture);
        await watcher.Join("session:a");
        await watcher.Join("session:a session:b metrics");
        await watcher.UntilEvent("snapshot", 2);
        var (one, several) = (watcher.Heard[0].Payload, watcher.Heard[1].Payload);
        Assert.Equal((6, 3, 3), (Pieces(one), Pieces(several.GetProperty("session:a")), Pieces(several.GetProperty("session:b"))));
        Assert.True(several.GetProperty("metrics").TryGetProperty("total_tokens", out _));

        static int Pieces(System.Text.Json.JsonElement state) => state.GetProperty("output").GetArrayLength();
    }

    [Fact]
    public async Task What_everybody_lacks_behind_a_restart_is_read_once_and_as_much_of_it_told_as_each_lacks()
    {
        await using var fixture = await HubFixture.StartWith("a");
        for (var i = 0; i < 500; i++)
        {
            await fixture.Do(new UpdateSession { SessionId = "a", Name = $"{i}" });
        }

        await fixture.Restart();
        var reads = 0;
        fixture.Log.AfterRead = () => Task.FromResult(Interlocked.Increment(ref reads));
        var watchers = Enumerable.Range(0, 40).Select(_ => new Watcher(fixture)).ToList();
        for (var i = 0; i < watchers.Count; i++)
        {
            await watchers[i].Join("sessions", after: 2);
            if (i % 10 == 0)
            {
                await fixture.Do(new UpdateSession { SessionId = "a", Name = $"more {i}" });
            }
        }

        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "last" })).Seq;
        foreach (var watcher in watchers)
        {
            await watcher.Until(last);
            Assert.Equal(Enumerable.Range(3, (int)last - 2), watcher.Heard.Where(frame => frame.Event != "resumed").Select(frame => (int)frame.Seq));
            watcher.Dispose();
        }

        // Three pages; the last anew for each of five heads at most, and of one that nobody could wait for.
        Assert.InRange(reads, 3, 12);
    }

    private static System.Text.Json.JsonElement Session(System.Text.Json.JsonElement state) =>
        state.TryGetProperty("session", out var one) ? one : state.GetProperty("sessions")[0];

    private static long Duration(System.Text.Json.JsonElement state) =>
        (state.TryGetProperty("metrics", out var aggregate) ? aggregate : state).GetProperty("duration_seconds").GetInt64();
}
