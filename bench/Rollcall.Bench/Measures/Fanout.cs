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
    private const string CpuPerDelivery = "server CPU per delivery";
    private const string CpuPerWrite = "server CPU per write";
    private const string Allocated = "allocated per further delivery";

    /// <summary>So many times fewer watchers tell what a command allocates however many hear of it.</summary>
    private const int Fewer = 10;

    /// <summary>Long enough that on a busy machine, too, what is measured has been compiled with optimisations, which takes two passes.</summary>
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(8);

    /// <summary>How often a server is asked what it counts around each part of the warm-up: else that would be compiled in the midst of the rounds, for which it is asked, too.</summary>
    private const int Asked = 100;

    /// <summary>For the servers to forget the connections of a round.</summary>
    private static readonly TimeSpan Forgetting = TimeSpan.FromMilliseconds(300);

    private static readonly int[] Outstanding = [1, 16];

    /// <summary>The hub to watchers that speak what another system's clients do, each beside the hub to its own that are told the same.</summary>
    private static readonly (string Client, string Own)[] Clients =
        [(Roster.Orc, Roster.Hub), (Roster.Agentcmd, Roster.Hub), (Roster.Jidoka, Roster.HubStatuses), (Roster.Kato, Roster.HubCounts)];

    /// <summary>Whether a measure is the one of the plot: everybody, without TLS.</summary>
    public static bool IsPlain(Rounds rounds) => rounds.Measure.StartsWith("fan-out:", StringComparison.Ordinal);

    /// <summary>Whom the hub is held against as the limit: the C server in the form that is the quicker one under the load.</summary>
    public static string LimitOf(Rounds rounds) => rounds.Measure.EndsWith(" 1 outstanding", StringComparison.Ordinal) ? Roster.Limit : Roster.Gathering;

    /// <summary>Everybody, at the number of watchers that the goals are made for.</summary>
    public static Task Measure(BenchOptions options, Outcome outcome, TimeProvider time) => Measure(
        [Roster.Hub, Roster.Limit, Roster.Gathering, Roster.SignalR, Roster.Ws, Roster.Nats, Roster.SocketIo, Roster.HubOverHttp, Roster.HubOnDisk],
        options.FanoutWatchers, Kind.Plain, options, outcome, time);

    /// <summary>Clients of other systems, each in its own protocol, beside the hub's own.</summary>
    public static Task MeasureClients(BenchOptions options, Outcome outcome, TimeProvider time) => Measure(
        [Roster.Hub, Roster.Orc, Roster.Agentcmd, Roster.HubStatuses, Roster.Jidoka, Roster.HubCounts, Roster.Kato], options.FanoutWatchers, Kind.Clients, options, outcome, time);

    /// <summary>Many more watchers.</summary>
    public static Task MeasureLarge(BenchOptions options, Outcome outcome, TimeProvider time) => Measure(
        [Roster.Hub, Roster.Limit, Roster.Gathering, Roster.SignalR, Roster.Ws, Roster.Nats],
        options.LargeFanoutWatchers, Kind.Plain, options, outcome, time);

    /// <summary>Under TLS, which only those have that are built on the same web server.</summary>
    public static async Task MeasureTls(BenchOptions options, Outcome outcome, TimeProvider time)
    {
        if (OpenSsl.IsThere)
        {
            await Measure([Roster.Hub, Roster.SignalR], options.FanoutWatchers, Kind.Tls, options, outcome, time);
        }
        else
        {
            outcome.Miss("TLS", "install OpenSSL 3 (Debian: apt-get install libssl3)");
        }
    }

    private static async Task Measure(
        IReadOnlyList<string> names, int watchers, Kind kind, BenchOptions options, Outcome outcome, TimeProvider time)
    {
        using var field = await Field.Start(names, options, new Start(OneCore: true, kind == Kind.Tls), outcome);
        try
        {
            foreach (var contender in field)
            {
                contender.Prepare(Outstanding.Max());
                foreach (var outstanding in Outstanding.Reverse())
                {
                    WarmUp(contender, watchers, outstanding, options);
                }
            }

            await Task.WhenAll([Pinning.KeepClientAway(), .. field.Select(contender => Pinning.Pin(contender.Server))]);
            foreach (var outstanding in Outstanding)
            {
                var rounds = new Rounds($"fan-out{Title(kind)}: {watchers} watchers, {outstanding} outstanding");
                for (var round = 0; round < options.FanoutRounds; round++)
                {
                    foreach (var contender in round % 2 == 0 ? field : field.Reverse())
                    {
                        var allocated = Run(contender, watchers, outstanding, options.FanoutRound, rounds);
                        if (allocated is not null)
                        {
                            var few = watchers / Fewer;
                            var byFew = Run(contender, few, outstanding, options.FanoutRound / 2, null);
                            rounds.Add(contender.Name, "allocated per command", "B", allocated);
                            rounds.Add(contender.Name, Allocated, "B", (allocated - byFew) / (watchers - few));
                        }

                        await Task.Delay(Forgetting, time);
                    }
                }

                SetGoals(rounds, outstanding, kind, watchers == options.LargeFanoutWatchers ? 0.85 : 1);
                outcome.Add(rounds);
            }
        }
        finally
        {
            await Pinning.LetClientRoam();
        }
    }

    private static void WarmUp(Contender contender, int watchers, int outstanding, BenchOptions options)
    {
        Ask(contender, options);
        Run(contender, watchers, outstanding, options.Smoke ? options.Round : Warmup, null);
        Ask(contender, options);
    }

    private static void Ask(Contender contender, BenchOptions options)
    {
        for (var i = 0; i < Asked && !options.Smoke; i++)
        {
            contender.Count();
        }
    }

    /// <summary>One round; what each command allocated, where the server counts it.</summary>
    private static double? Run(Contender contender, int watchers, int outstanding, TimeSpan duration, Rounds? rounds)
    {
        using var poller = new Poller();
        var board = new Board(contender.Slots(outstanding), watchers, timed: false);
        using var crowd = contender.Gather(poller, watchers, board);
        using var player = new Player(poller, board, contender.Callers(poller, board.Slots), slot => contender.Next(slot, outstanding));
        player.Settle();

        // To be asked for them allocates as well, as much as a few commands.
        var asked = contender.Count();
        var (before, switches, cpu, own) = (contender.Count(), contender.Server.Switches, contender.Server.CpuSeconds, Environment.CpuUsage.TotalTime);
        var asking = before.AllocatedBytes - asked.AllocatedBytes;
        var (commands, seconds) = player.PlayClosed(duration);
        cpu = contender.Server.CpuSeconds - cpu;
        own = Environment.CpuUsage.TotalTime - own;
        var switched = contender.Server.Switches.Sum(now => now.Value - switches.GetValueOrDefault(now.Key));
        var after = contender.Count();
        var allocated = (double?)(after.AllocatedBytes - before.AllocatedBytes - asking) / commands;
        if (rounds is null)
        {
            return allocated;
        }

        var deliveries = (double)commands * watchers;
        var writes = after.Writes - before.Writes;
        rounds.Add(contender.Name, Deliveries, "/s", deliveries / seconds);
        rounds.Add(contender.Name, CpuPerDelivery, "µs", cpu / deliveries * 1e6);
        rounds.Add(contender.Name, "deliveries per write", "", deliveries / writes);
        rounds.Add(contender.Name, CpuPerWrite, "µs", cpu / writes * 1e6);
        rounds.Add(contender.Name, "changes of thread per command", "", (double)switched / commands);
        rounds.Add(contender.Name, "server's core in use", "%", cpu / seconds * 100);
        rounds.Add(contender.Name, "load client's core in use", "%", own.TotalSeconds / seconds * 100);
        return allocated;
    }

    private static string Title(Kind kind) => kind switch { Kind.Tls => " under TLS", Kind.Clients => " to existing clients", _ => "" };

    private static void SetGoals(Rounds rounds, int outstanding, Kind kind, double part)
    {
        if (kind == Kind.Clients)
        {
            foreach (var (client, own) in Clients)
            {
                Compare(rounds, client, own, 0.9);
            }
        }
        else if (kind == Kind.Tls)
        {
            Compare(rounds, Roster.Hub, Roster.SignalR, 2);
        }
        else
        {
            foreach (var hub in new[] { Roster.Hub, Roster.HubOverHttp })
            {
                SetGoals(rounds, hub, outstanding, part);
            }
        }

        rounds.Hold(Roster.Hub, Allocated, 1);
    }

    private static void SetGoals(Rounds rounds, string hub, int outstanding, double part)
    {
        if (outstanding == 1)
        {
            Compare(rounds, hub, Roster.Limit, 0.90 * part);
            Compare(rounds, hub, Roster.SignalR, 3 * part);
            Compare(rounds, hub, Roster.Ws, 1.2 * part);
        }
        else
        {
            Compare(rounds, hub, Roster.Gathering, 1.5 * part);
            Compare(rounds, hub, Roster.SignalR, 5 * part);
            Compare(rounds, hub, Roster.Nats, 2.5 * part);
            rounds.Compare(hub, Roster.Gathering, CpuPerWrite, 1.2 / part, atLeast: false);
        }
    }

    /// <summary>By the clock, and by the server's CPU time, which says the same on a machine that has other things to do.</summary>
    private static void Compare(Rounds rounds, string contender, string peer, double goal)
    {
        rounds.Compare(contender, peer, Deliveries, goal);
        rounds.Compare(contender, peer, CpuPerDelivery, 1 / goal, atLeast: false);
    }

    /// <summary>What makes one fan-out different from another.</summary>
    private enum Kind
    {
        Plain,
        Tls,
        Clients,
    }
}
