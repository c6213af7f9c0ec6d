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

        var runs = new List<(string What, int Count)>();
        foreach (var note in _notes)
        {
            runs = runs is [.., var last] && last.What == note ? [.. runs[..^1], (note, last.Count + 1)] : [.. runs, (note, 1)];
        }

        Assert.Equal([("held", 32), ("released", 32), ("held", 32), ("released", 32), ("held", 6), ("released", 6)], runs);
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

        await slow.Stalled.Task;
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
        await slow.Stalled.Task;
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

    private async Task<Watcher> Join(HubFixture fixture)
    {
        // Not a socket: it is not silence that ends it.
        var watcher = new Watcher(fixture) { Holding = _notes, IsSocket = false };
        await watcher.Join("sessions");
        await watcher.Drained();
        return watcher;
    }
}
