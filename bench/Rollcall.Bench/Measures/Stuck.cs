using System.Diagnostics;
using System.Text.Json.Nodes;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// What it costs those who read that some do not, and what becomes of these when they read on: each is told the state
/// anew, or closed to join again, and ends equal to the hub.
/// </summary>
internal static class Stuck
{
    private const string WithoutStuck = "healthy p99, nobody stuck";
    private const string WithStuck = "healthy p99, others stuck";
    private const string Ratio = "healthy p99, others stuck ÷ nobody stuck";
    private const string Equal = "stuck readers that end equal to the hub";
    private const string Told = "stuck readers that were resynced or closed, 1013";
    private const string Growth = "resident growth per stuck reader";

    /// <summary>What the kernel keeps for one that does not read: as little as it lets one have.</summary>
    private const int ReceiveBuffer = 2048;

    /// <summary>More than the kernel and the hub keep for one that does not read, and for longer than a burst lasts.</summary>
    private const int Flood = 4000;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan FloodTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(30);

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        var rounds = new Rounds($"stuck readers: {options.StuckWatchers} of {options.FanoutWatchers}, {options.PacedPerSecond} events/s");
        using var field = await Field.Start([Roster.Hub], options, new Start(OneCore: true), outcome);
        var hub = field[0];
        try
        {
            hub.Prepare(2 * options.PacedPerSecond);
            Run(hub, options, options.Smoke ? options.Round : Warmup, null);
            await Task.WhenAll(Pinning.KeepClientAway(), Pinning.Pin(hub.Server));
            for (var round = 0; round < options.Rounds; round++)
            {
                var (without, usual) = Run(hub, options, options.Round, null);
                var (with, grown) = Run(hub, options, options.Round, rounds);
                rounds.Add(hub.Name, WithoutStuck, "ms", without);
                rounds.Add(hub.Name, WithStuck, "ms", with);
                rounds.Add(hub.Name, Ratio, "×", with / without);
                rounds.Add(hub.Name, Growth, "B", (double)(grown - usual) / options.StuckWatchers);
            }
        }
        finally
        {
            await Pinning.LetClientRoam();
        }

        rounds.Hold(hub.Name, Ratio, 1.1);
        rounds.Hold(hub.Name, Growth, 256 * 1024);
        rounds.Hold(hub.Name, Told, options.StuckWatchers, atLeast: true);
        rounds.Hold(hub.Name, Equal, options.StuckWatchers, atLeast: true);
        outcome.Add(rounds);
    }

    /// <summary>One round; some are stuck where it is to be noted what becomes of them.</summary>
    private static (double P99, long Resident) Run(Contender hub, BenchOptions options, TimeSpan duration, Rounds? rounds)
    {
        var healthy = options.FanoutWatchers - options.StuckWatchers;
        using var poller = new Poller();
        var board = new Board(2 * options.PacedPerSecond, healthy, timed: true);
        using var crowd = hub.Gather(poller, healthy, board);
        var replicas = new Dictionary<Watcher, Replica>();
        using var others = new Crowd(poller, hub.Server.Address, HubContender.Joining("{}"));
        others.Gather(
            options.StuckWatchers,
            watcher => rounds is null ? null : (replicas[watcher] = new Replica()).Hear,
            receiveBuffer: rounds is null ? null : ReceiveBuffer);
        if (rounds is not null)
        {
            foreach (var watcher in others.Watchers)
            {
                poller.Ignore(watcher.Link.Handle);
            }
        }

        var samples = new Percentiles();
        using var player = new Player(poller, board, hub.Callers(poller, board.Slots), hub.Next);
        player.PlayOpen(options.PacedPerSecond, duration, (slot, sent, _) => samples.Add(sent, board.Receipts(slot)), _ => { });
        player.Settle();
        var flood = Stopwatch.GetTimestamp();
        for (var told = 0; !options.Smoke && (told < Flood || Stopwatch.GetElapsedTime(flood) < FloodTime);)
        {
            told += player.PlayClosed(TimeSpan.FromMilliseconds(100)).Commands;
        }

        var resident = hub.Server.ResidentBytes;
        if (rounds is not null)
        {
            ReadOn(hub, poller, others, replicas, rounds);
        }

        return (samples.At(0.99), resident);
    }

    private static void ReadOn(Contender hub, Poller poller, Crowd stuck, Dictionary<Watcher, Replica> replicas, Rounds rounds)
    {
        foreach (var watcher in stuck.Watchers)
        {
            poller.WaitToRead(watcher.Link.Handle);
        }

        var (closed, truth) = (0, Replica.Of(JsonNode.Parse(hub.Ask("GET", $"{HubContender.Sessions}?limit=200"))!));
        var waiting = stuck.Watchers.ToHashSet();
        for (var began = Stopwatch.GetTimestamp(); waiting.Count > 0 && Stopwatch.GetElapsedTime(began) < CatchUp;)
        {
            poller.Turn(100);
            foreach (var gone in waiting.Where(watcher => watcher.IsGone).ToList())
            {
                closed += gone.Closed is [3, 245, ..] ? 1 : 0;
                waiting.Remove(gone);
                using var again = new Crowd(poller, hub.Server.Address, HubContender.Joining("{}"));
                again.Gather(1, _ => (replicas[gone] = new Replica()).Hear);
            }

            waiting.RemoveWhere(watcher => replicas[watcher].IsAs(truth));
        }

        var resynced = replicas.Values.Count(replica => replica.Resyncs > 0);
        rounds.Add(hub.Name, Told, "", resynced + closed);
        rounds.Add(hub.Name, "of these closed", "", closed);
        rounds.Add(hub.Name, Equal, "", replicas.Values.Count(replica => replica.IsAs(truth)));
    }
}
