using System.Text;
using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>The checks of the kill test notice what they are for.</summary>
public sealed class CheckTests
{
    [Fact]
    public void What_was_heard_as_the_log_has_it_is_right() => Assert.Empty(Heard(1, 2, 3).Check(Log(1, 2, 3)));

    [Fact]
    public void A_gap_is_noticed() => Assert.Contains("a gap", Assert.Single(Heard(1, 3).Check(Log(1, 2, 3))), StringComparison.Ordinal);

    [Fact]
    public void A_repeat_is_noticed() => Assert.Contains("a repeat", Assert.Single(Heard(1, 2, 2, 3).Check(Log(1, 2, 3))), StringComparison.Ordinal);

    [Fact]
    public void An_event_that_the_log_does_not_have_is_noticed()
    {
        var watcher = Heard(1);
        watcher.Tell(2, """{"seq":2,"text":"of a life before the crash"}""");
        Assert.Contains("invented", Assert.Single(watcher.Check(Log(1, 2))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_in_place_of_a_resume_is_noticed()
    {
        var watcher = Heard(1);
        watcher.Start(1);
        Assert.Equal(1, watcher.Replaced);
    }

    [Fact]
    public void An_answer_whose_event_is_not_in_the_log_is_noticed()
    {
        var promises = new Promises();
        promises.Add(new Promise(1, "e", "", null));
        promises.Add(new Promise(2, "e", "", Promise.MarkOf(7)));
        promises.Add(new Promise(9, "e", "", null));
        Assert.Contains(Promise.MarkOf(7), Assert.Single(promises.Check(Log(1, 2))), StringComparison.Ordinal);
        Assert.Single(promises.Rest());
    }

    private static Listener Heard(params long[] seqs)
    {
        var watcher = new Listener();
        watcher.Start(0);
        foreach (var seq in seqs)
        {
            watcher.Tell(seq, $$"""{"seq":{{seq}}}""");
        }

        return watcher;
    }

    private static LogStretch Log(params long[] seqs) =>
        new(0, new(seqs.ToDictionary(seq => seq, seq => ("e", JsonElement.Parse($$"""{"seq":{{seq}}}""")))), seqs[^1]);

    private sealed class Listener() : Watcher("listener", (_, _) => true)
    {
        public void Start(long after) => Begin(new Cursor("x", after));

        public void Tell(long seq, string payload) => Hear(seq, "e", Encoding.UTF8.GetBytes(payload));

        public override Task Run(CancellationToken stop) => Task.CompletedTask;
    }
}
