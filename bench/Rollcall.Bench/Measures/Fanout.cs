using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// How many deliveries a second one core gives. The load is closed: an event of a slot is sent when everybody has
/// heard the one before, so that as many are outstanding as there are slots.
/// </summary>
internal static class Fanout
{
    public const string Deliveries = "deliveries";
    private const string CpuPerWrite = "server CPU per write";
    private const string Allocated = "allocated per delivery";

    /// <summary>Long enough that on a busy machine, too, what is measured has been compiled with optimisations.</summary>
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(4);

    /// <summary>For the servers to forget the connections of a round.</summary>
    private static readonly TimeSpan Forgetting = TimeSpan.FromMilliseconds(300);

    private static readonly int[] Outstanding = [1, 16];

    /// <summary>Whether a measure is the one of the plot: everybody, without TLS.</summary>
    public static bool IsPlain(Rounds rounds) => rounds.Measure.StartsWith("fan-out:", StringComparison.Ordinal);

    /// <summary>Everybody, at the number of watchers that the goals are made for.</summary>
    public static Task Measure(BenchOptions options, Outcome outcome, TimeProvider time) => Measure(
        [Roster.Hub, Roster.HubOverHttp, Roster.HubOnDisk, Roster.Limit, Roster.Gathering, Roster.SignalR, Roster.Ws, Roster.SocketIo, Roster.Nats],
        options.FanoutWatchers, false, options, outcome, time);

    /// <summary>Many more watchers.</summary>
    public static Task MeasureLarge(BenchOptions options, Outcome outcome, TimeProvider time) => Measure(
        [Roster.Hub, Roster.HubOnDisk, Roster.Limit, Roster.Gathering, Roster.SignalR, Roster.Ws, Roster.Nats],
        options.LargeFanoutWatchers, false, options, outcome, time);

    /// <summary>Under TLS, which only those have that are built on the same web server.</summary>
    public static async Task MeasureTls(BenchOptions options, Outcome outcome, TimeProvider time)
    {
        if (OpenSsl.IsThere)
        {
            await Measure([Roster.Hub, Roster.SignalR], options.FanoutWatchers, true, options, outcome, time);
        }
        else
        {
            outcome.Miss("TLS", "install OpenSSL 3 (Debian: apt-get install libssl3)");
        }
    }

    private static async Task Measure(
        IReadOnlyList<string> names, int watchers, bool tls, BenchOptions options, Outcome outcome, TimeProvider time)
    {
        using var field = await Field.Start(names, options, new Start(OneCore: true, tls), outcome);
        try
        {
            foreach (var contender in field)
            {
                contender.Prepare(Outstanding.Max());
                foreach (var outstanding in Outstanding.Reverse())
                {
                    Run(contender, watchers, outstanding, options.Smoke ? options.Round : Warmup, null);
                }
            }

            await Task.WhenAll([Pinning.KeepClientAway(), .. field.Select(contender => Pinning.Pin(contender.Server))]);
            foreach (var outstanding in Outstanding)
            {
                var rounds = new Rounds($"fan-out{(tls ? " under TLS" : "")}: {watchers} watchers, {outstanding} outstanding");
                for (var round = 0; round < options.Rounds; round++)
                {
                    foreach (var contender in field)
                    {
                        Run(contender, watchers, outstanding, options.FanoutRound, rounds);
                        await Task.Delay(Forgetting, time);
                    }
                }

                SetGoals(rounds, outstanding, tls, watchers == options.LargeFanoutWatchers ? 0.85 : 1);
                outcome.Add(rounds);
            }
        }
        finally
        {
            await Pinning.LetClientRoam();
        }
    }

    private static void Run(Contender contender, int watchers, int outstanding, TimeSpan duration, Rounds? rounds)
    {
        using var poller = new Poller();
        var board = new Board(outstanding, watchers, timed: false);
        using var crowd = contender.Gather(poller, watchers, board);
        using var player = new Player(poller, board, contender.Callers(poller, board.Slots), contender.Next);
        var (before, cpu, own) = (contender.Count(), contender.Server.CpuSeconds, Environment.CpuUsage.TotalTime);
        var (commands, seconds) = player.PlayClosed(duration);
        cpu = contender.Server.CpuSeconds - cpu;
        own = Environment.CpuUsage.TotalTime - own;
        var after = contender.Count();
        if (rounds is null)
        {
            return;
        }

        var deliveries = (double)commands * watchers;
        var writes = after.Writes - before.Writes;
        rounds.Add(contender.Name, Deliveries, "/s", deliveries / seconds);
        rounds.Add(contender.Name, "server CPU per delivery", "µs", cpu / deliveries * 1e6);
        rounds.Add(contender.Name, "deliveries per write", "", deliveries / writes);
        rounds.Add(contender.Name, CpuPerWrite, "µs", cpu / writes * 1e6);
        rounds.Add(contender.Name, Allocated, "B", (after.AllocatedBytes - before.AllocatedBytes) / deliveries);
        rounds.Add(contender.Name, "server's core in use", "%", cpu / seconds * 100);
        rounds.Add(contender.Name, "load client's core in use", "%", own.TotalSeconds / seconds * 100);
    }

    private static void SetGoals(Rounds rounds, int outstanding, bool tls, double part)
    {
        if (tls)
        {
            rounds.Compare(Roster.Hub, Roster.SignalR, Deliveries, 2);
        }
        else if (outstanding == 1)
        {
            rounds.Compare(Roster.Hub, Roster.Limit, Deliveries, 0.90 * part);
            rounds.Compare(Roster.Hub, Roster.SignalR, Deliveries, 3 * part);
            rounds.Compare(Roster.Hub, Roster.Ws, Deliveries, 1.2 * part);
        }
        else
        {
            rounds.Compare(Roster.Hub, Roster.Gathering, Deliveries, 1.5 * part);
            rounds.Compare(Roster.Hub, Roster.SignalR, Deliveries, 5 * part);
            rounds.Compare(Roster.Hub, Roster.Nats, Deliveries, 2.5 * part);
            rounds.Compare(Roster.Hub, Roster.Gathering, CpuPerWrite, 1.2 / part, atLeast: false);
        }

        rounds.Hold(Roster.Hub, Allocated, 1);
    }
}
