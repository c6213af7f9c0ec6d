using System.Buffers.Text;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// All dashboards are cut and come back at the same moment, each to be told a thousand sessions, while these go on
/// changing: how long until each has heard of a change that came after the last of them had joined.
/// </summary>
internal static class Herd
{
    private const string AllCurrent = "until all have joined and are current";
    private const string PerVersion = "snapshots encoded per version sent";

    /// <summary>Of a snapshot the load client reads no more than this.</summary>
    private const int LongestWhole = 16 * 1024;

    private const int MillisecondsBetweenChanges = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        var rounds = new Rounds($"herd: {options.HerdWatchers} dashboards come back at once, {options.HerdSessions} live sessions");
        using var field = await Field.Start([Roster.HubOverHttp], options, new Start(OneCore: false), outcome);
        var hub = (HubContender)field[0];
        hub.Prepare(options.HerdSessions);
        for (var round = 0; round < options.Rounds; round++)
        {
            await Run(hub, options, rounds);
        }

        rounds.Hold(hub.Name, AllCurrent, 5);
        rounds.Hold(hub.Name, PerVersion, 1);
        outcome.Add(rounds);
    }

    private static async Task Run(HubContender hub, BenchOptions options, Rounds rounds)
    {
        using var poller = new Poller();
        var before = NewCrowd(poller, hub);
        before.Gather(options.HerdWatchers, _ => null);
        var encodings = Encodings(hub);
        using var stop = new CancellationTokenSource();
        var changes = Task.Run(() => Change(hub, options.HerdSessions, stop.Token));

        var began = Stopwatch.GetTimestamp();
        before.Dispose();
        var (versions, known) = (new HashSet<long>(), new long[options.HerdWatchers]);
        using var crowd = NewCrowd(poller, hub);
        crowd.Gather(
            options.HerdWatchers,
            watcher => message =>
            {
                var isSnapshot = message.IndexOf("\"phx_reply\""u8) >= 0;
                known[watcher.Index] = Seq(message, isSnapshot);
                if (isSnapshot)
                {
                    versions.Add(known[watcher.Index]);
                }
            },
            atOnce: options.HerdWatchers);
        var joined = Stopwatch.GetElapsedTime(began);
        await stop.CancelAsync();
        await changes;
        hub.Tell(0);
        var last = (long)JsonNode.Parse(hub.Ask("GET", $"{HubContender.Sessions}/count"))!["seq"]!;
        for (; known.Any(seq => seq < last) && Stopwatch.GetElapsedTime(began) < Patience;)
        {
            poller.Turn(100);
        }

        rounds.Add(hub.Name, "until all have joined", "s", joined.TotalSeconds);
        rounds.Add(hub.Name, AllCurrent, "s", Stopwatch.GetElapsedTime(began).TotalSeconds);
        rounds.Add(hub.Name, "versions sent", "", versions.Count);
        rounds.Add(hub.Name, PerVersion, "", (double)(Encodings(hub) - encodings) / versions.Count);
    }

    private static Crowd NewCrowd(Poller poller, HubContender hub) =>
        new(poller, hub.Server.Address, HubContender.Joining("{}")) { LongestWhole = LongestWhole };

    /// <summary>Changes one session after the other, from a thread and a connection of its own.</summary>
    private static void Change(HubContender hub, int sessions, CancellationToken stop)
    {
        using var poller = new Poller();
        using var caller = hub.Call(poller);
        for (var slot = 0; !stop.IsCancellationRequested; slot = (slot + 1) % sessions)
        {
            caller.Ask(hub.Next(slot));
            poller.Turn(MillisecondsBetweenChanges);
        }
    }

    private static long Encodings(HubContender hub) => Counters.Read(hub.Metrics(), "rollcall_snapshot_encodings_total") ?? 0;

    /// <summary>The number of the last event that a message tells, or that its snapshot, near its beginning, is as of.</summary>
    private static long Seq(ReadOnlySpan<byte> message, bool isSnapshot)
    {
        var name = "\"seq\":"u8;
        var at = isSnapshot ? message.IndexOf(name) : message.LastIndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(message[(at + name.Length)..], out long seq, out _) ? seq : 0;
    }
}
