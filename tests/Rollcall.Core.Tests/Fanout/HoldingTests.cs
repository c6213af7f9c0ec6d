using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>Connections that keep what they are told until they are released, as those under TLS do.</summary>
public sealed class HoldingTests
{
    private static readonly FanoutOptions OneShard = new() { Shards = 1, BurstTolerance = TimeSpan.FromMinutes(5) };

    private readonly List<string> _notes = [];

    [Fact]
    public async Task Some_are_held_together_and_all_are_released()
    {
        const int watchers = 70;
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        var crowd = new List<Watcher>();
        for (var i = 0; i < watchers; i++)
        {
            crowd.Add(await Join(fixture));
        }

        var seq = (await fixture.Do(new CreateSession { SessionId = "a" })).Seq;
        await Task.WhenAll(crowd.Select(watcher => watcher.Until(seq)));
        crowd.ForEach(watcher => watcher.Dispose());

        Assert.Equal([("held", 32), ("released", 32), ("held", 32), ("released", 32), ("held", 6), ("released", 6)], Runs());
    }

    [Fact]
    public async Task Nobody_is_held_while_many_are_written_to_that_do_not_hold()
    {
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        var crowd = new List<Watcher> { await Join(fixture) };
        for (var i = 0; i < 100; i++)
        {
            crowd.Add(await Join(fixture, passes: true));
        }

        _notes.Clear();
        var seq = (await fixture.Do(new CreateSession { SessionId = "a" })).Seq;
        await Task.WhenAll(crowd.Select(watcher => watcher.Until(seq)));
        crowd.ForEach(watcher => watcher.Dispose());

        Assert.Equal([("held", 1), ("passed", 31), ("released", 1), ("passed", 69)], Runs());
    }

    [Fact]
    public async Task Whoever_stalls_is_told_the_rest_in_order_and_nobody_waits_for_it()
    {
        const int pieces = 100;
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        await fixture.Do(new CreateSession { SessionId = "a" });
        using var slow = await Join(fixture);
        using var quick = await Join(fixture);
        slow.Stall();
        for (var i = 0; i < pieces; i++)
        {
            await fixture.Do(new UpdateSession { SessionId = "a", Name = $"{i}" });
            await quick.UntilEvent("session_updated", i + 1);
        }

        await slow.UntilStalled();
        slow.ReadOn();
        await slow.UntilEvent("session_updated", pieces);
        var seqs = slow.Heard.Where(frame => frame.Event == "session_updated").Select(frame => frame.Seq).ToList();
        Assert.Equal(seqs.Order(), seqs);
        Assert.Equal(pieces, seqs.Distinct().Count());
    }

    [Fact]
    public async Task Whoever_stays_stalled_with_a_single_write_is_ended()
    {
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        using var slow = await Join(fixture);
        slow.Stall();
        await fixture.Do(new CreateSession { SessionId = "a" });
        await slow.UntilStalled();
        await fixture.Pass(120);
        await slow.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whoever_breaks_when_released_takes_nobody_with_it()
    {
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        using var broken = await Join(fixture);
        using var other = await Join(fixture);
        broken.Broken = true;
        await other.Until((await fixture.Do(new CreateSession { SessionId = "a" })).Seq);
        await other.Until((await fixture.Do(new CreateSession { SessionId = "b" })).Seq);
        await broken.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>What was noted, and how often one behind the other.</summary>
    private List<(string What, int Count)> Runs()
    {
        var runs = new List<(string What, int Count)>();
        foreach (var note in _notes)
        {
            runs = runs is [.., var last] && last.What == note ? [.. runs[..^1], (note, last.Count + 1)] : [.. runs, (note, 1)];
        }

        return runs;
    }

    private async Task<Watcher> Join(HubFixture fixture, bool passes = false)
    {
        // Not a socket: it is not silence that ends it.
        var watcher = new Watcher(fixture) { Holding = _notes, Passes = passes, IsSocket = false };
        await watcher.Join("sessions");
        await watcher.Drained();

        // Once the shard has told somebody else, it is done with this one.
        using var probe = new Watcher(fixture);
        await probe.Drained();
        return watcher;
    }
}
