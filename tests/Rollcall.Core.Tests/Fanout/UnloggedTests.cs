using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>What is not in the log cannot be told again: who resumes hears its last state, and nothing older behind it.</summary>
public sealed class UnloggedTests
{
    [Fact]
    public async Task Who_resumes_and_is_told_the_aggregate_as_of_now_hears_no_older_one_behind_it()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var other = new Watcher(fixture);
        await other.Join("*");
        var after = fixture.Log.Head;
        var first = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        fixture.Hub.Fanout.Publish(new SessionUpdate { InputTokens = 1 });
        fixture.Hub.Fanout.Publish(Counted(2));
        var second = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "m" })).Seq;
        fixture.Hub.Fanout.Publish(new SessionUpdate { InputTokens = 2 });
        fixture.Log.AfterRead = () => throw new IOException("must not be read");
        using var back = new Watcher(fixture);
        await back.Join("*", after);
        await back.Until(second);
        fixture.Hub.Fanout.Publish(new SessionUpdate { InputTokens = 3 });
        await back.UntilEvent("session_update");
        await back.Drained();
        Assert.Equal([first, 0, second, 0], back.Heard.Where(frame => frame.Event.StartsWith("session_", StringComparison.Ordinal)).Select(frame => frame.Seq));
        Assert.Single(back.Heard, frame => frame.Event == "session_event");
        Assert.Equal(3, Assert.Single(back.Heard, frame => frame.Event == "session_update").Payload.GetProperty("input_tokens").GetInt64());
    }

    [Fact]
    public async Task Who_resumes_and_hears_no_aggregate_is_told_what_is_still_kept_of_the_number_of_sessions()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var other = new Watcher(fixture);
        await other.Join("sessions");
        var after = fixture.Log.Head;
        await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" });
        fixture.Hub.Fanout.Publish(Counted(2));
        using var back = new Watcher(fixture);
        await back.Join("sessions", after);
        await back.UntilEvent("session_event");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_run_drops_of_it_while_one_resumes_is_told_as_it_is_then(bool counted)
    {
        await using var fixture = await HubFixture.StartWith("a");
        var after = fixture.Log.Head;
        await fixture.Do(new UpdateSession { SessionId = "a", Name = "missed" });
        fixture.Hub.Fanout.Publish(Counted(2));
        var (reads, flooded) = (0, new TaskCompletionSource());
        fixture.Log.AfterRead = async () =>
        {
            if (++reads == 1)
            {
                fixture.Hub.Fanout.Publish(new SessionUpdate());
                if (counted)
                {
                    fixture.Hub.Fanout.Publish(Counted(3));
                }

                await fixture.Do(new ReportUsage { SessionId = "a", InputTokens = 77 });
                await Flood(fixture);
                flooded.SetResult();
            }
        };
        using var back = new Watcher(fixture);
        await back.Join("*", after);
        await flooded.Task;
        await back.Until(fixture.Log.Head);
        await back.Drained();
        Assert.Equal(77, back.Heard.Last(frame => frame.Event == "session_update").Payload.GetProperty("input_tokens").GetInt64());
        Assert.Equal(counted ? [3] : [], back.Heard.Where(frame => frame.Event == "session_event").Select(frame => frame.Payload.GetProperty("current_count").GetInt64()));
        Assert.Equal(Enumerable.Range((int)after + 1, (int)(fixture.Log.Head - after)).Select(seq => (long)seq), back.Heard.Where(frame => frame.Seq > after).Select(frame => frame.Seq).Distinct());
        Assert.DoesNotContain(back.Heard, frame => frame.IsState);
    }

    private static SessionCountChanged Counted(long now) => new() { EventType = "session_created", CurrentCount = now, Source = "rollcall" };

    /// <summary>More than a run keeps.</summary>
    private static async Task Flood(HubFixture fixture)
    {
        for (var i = 0; i < 24; i++)
        {
            var pad = System.Text.Json.JsonSerializer.SerializeToElement(new { pad = $"{i}{new string('x', 15_000)}" });
            await fixture.Do(new UpdateSession { SessionId = "a", Metadata = pad });
        }
    }
}
