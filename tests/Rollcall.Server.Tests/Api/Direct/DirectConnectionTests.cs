using System.Net.Sockets;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Api.Direct;

/// <summary>How a connection that reports past the web server ends, or becomes the web server's.</summary>
public sealed class DirectConnectionTests
{
    private const string Heartbeat = "POST /api/v1/sessions/s/heartbeat";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_reports_nothing_for_long_is_the_web_servers()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        var served = 0;
        using var watching = Diagnosis.Hear(hub, Diagnosis.Begun, _ => Interlocked.Increment(ref served));
        using var line = await HttpLine.To(hub);
        Assert.Equal(404, (await line.Ask(HttpLine.Request(hub, Heartbeat, "{}"))).Status);
        Assert.Equal(0, served);
        clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(404, (await line.Ask(HttpLine.Request(hub, Heartbeat, "{}"))).Status);
        Assert.Equal(0, served);
        await Hearing.Eventually(async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(3));
            Assert.Equal(404, (await line.Ask(HttpLine.Request(hub, Heartbeat, "{}"))).Status);
            return served > 0;
        });
    }

    /// <summary>One of whose requests a part came, or that said nothing for a while by a clock that runs fast, is the web server's by then: another is tried.</summary>
    [Fact]
    public async Task One_that_takes_no_answer_for_long_is_cut_off()
    {
        for (var tries = 1; !await IsCutOff(); tries++)
        {
            Assert.True(tries < 10, "each became the web server's");
        }
    }

    /// <summary>Whether one that takes no answer is cut off; false when it became the web server's, which does so by its own clock.</summary>
    private static async Task<bool> IsCutOff()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        var served = 0;
        using var watching = Diagnosis.Hear(hub, Diagnosis.Begun, _ => Interlocked.Increment(ref served));
        using var line = await HttpLine.To(hub);
        var (said, before) = (0, 0);
        var saying = Say();
        await Hearing.Eventually(() =>
        {
            // It is stuck; before, the time that passes is of no use.
            if (Volatile.Read(ref said) is var now && now == before)
            {
                clock.Advance(TimeSpan.FromSeconds(10));
            }

            before = now;
            return Task.FromResult(saying.IsCompleted || Volatile.Read(ref served) > 0);
        });
        if (Volatile.Read(ref served) > 0)
        {
            return false;
        }

        await Assert.ThrowsAsync<SocketException>(() => saying);
        return true;

        async Task Say()
        {
            var some = string.Concat(Enumerable.Repeat(HttpLine.Request(hub, Heartbeat, "{}"), 100));
            while (true)
            {
                await line.Say(some);
                Interlocked.Increment(ref said);
            }
        }
    }

    [Fact]
    public async Task At_a_stop_one_between_two_reports_is_ended_at_once()
    {
        // By a clock that stands.
        var hub = await TestHub.Start(time: new TestClock());
        using var line = await HttpLine.To(hub);
        Assert.Equal(404, (await line.Ask(HttpLine.Request(hub, Heartbeat, "{}"))).Status);
        var stopping = hub.App.StopAsync(Cancel);
        Assert.True(await line.Ends());
        await stopping;
        await hub.App.DisposeAsync();
        Directory.Delete(hub.Data, recursive: true);
    }

    [Fact]
    public async Task At_a_stop_one_that_waits_for_its_answer_gets_it_and_hears_that_it_is_the_last()
    {
        var clock = new TestClock();
        var hub = await TestHub.Start(time: clock);
        using var line = await HttpLine.To(hub);
        Assert.Equal(201, (await line.Ask(HttpLine.Request(hub, "POST /api/v1/sessions", """{"id":"s"}"""))).Status);
        using var held = await HeldWriter.By(hub.Hub, new UpdateSession { SessionId = "s", Name = "n" });
        await line.Say(HttpLine.Request(hub, "POST /api/v1/sessions/s/status", """{"status":"active"}""") + HttpLine.Request(hub, Heartbeat, "{}"));
        await Hearing.Eventually(() => Task.FromResult(hub.Hub.Waiting > 0));
        var stopping = hub.DisposeAsync().AsTask();
        for (var i = 0; i < 20; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Whereabouts.Pause();
        }

        Assert.False(stopping.IsCompleted);
        held.Dispose();
        var answer = await line.Hear();
        Assert.Equal(200, answer.Status);
        Assert.Contains("Connection: close\r\n", answer.Head, StringComparison.Ordinal);
        Assert.True(await line.Ends());
        Assert.False(line.IsReset);
        await stopping;
    }

    [Fact]
    public async Task After_a_stop_one_that_had_said_nothing_is_not_answered()
    {
        var hub = await TestHub.Start();
        using var line = await HttpLine.To(hub);
        await Whereabouts.Pause();
        var late = HttpLine.Request(hub, Heartbeat, "{}");
        await hub.DisposeAsync();
        try
        {
            await line.Say(late);
        }
        catch (SocketException)
        {
            // The hub had not accepted it.
            return;
        }

        Assert.True(await line.Ends());
    }

    /// <summary>It has a place among those of its address until it has said something.</summary>
    [Fact]
    public async Task One_that_reports_is_none_of_those_that_are_waited_for()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { MaxConnectionsPerAddress = 1 });
        var lines = new List<HttpLine>();
        for (var i = 0; i < 110; i++)
        {
            lines.Add(await HttpLine.To(hub));
            Assert.Equal(404, (await lines[^1].Ask(HttpLine.Request(hub, Heartbeat, "{}"))).Status);
        }

        lines.ForEach(line => line.Dispose());
    }

    [Fact]
    public async Task One_that_takes_its_answers_late_gets_all_of_them()
    {
        await using var hub = await TestHub.Start();
        using var line = await HttpLine.To(hub);
        Assert.Equal(201, (await line.Ask(HttpLine.Request(hub, "POST /api/v1/sessions", $$"""{"id":"s","name":"{{new string('x', 100)}}"}"""))).Status);
        const int Many = 5000;
        var saying = line.Say(string.Concat(Enumerable.Repeat(HttpLine.Request(hub, Heartbeat, "{}"), Many)));
        using (var other = await HttpLine.To(hub))
        {
            Assert.Equal(200, (await other.Ask(HttpLine.Request(hub, Heartbeat, "{}"))).Status);
        }

        for (var i = 0; i < Many; i++)
        {
            Assert.Equal(200, (await line.Hear()).Status);
        }

        await saying;
    }
}
