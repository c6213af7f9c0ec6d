using System.Buffers.Text;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// All dashboards are cut and come back at the same moment, each to be told a thousand sessions, or the thousand events that
/// it missed, while these go on changing: how long until each has heard of a change that came after the last of them had
/// joined.
/// </summary>
internal static class Herd
{
    private const string AllCurrent = "until all have joined and are current";
    private const string PerVersion = "snapshots encoded per version sent";

    /// <summary>So many events were told since they were cut, where they come back with a cursor.</summary>
    private const int Missed = 1000;

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
        var (ofSessions, ofAll, resuming) = (hub.Name, $"{hub.Name}, to *", $"{hub.Name}, with cursors");
        for (var round = 0; round < options.Rounds; round++)
        {
            await Run(hub, options, ofSessions, "sessions", resumes: false, rounds);
            await Run(hub, options, ofAll, "*", resumes: false, rounds);
            await Run(hub, options, resuming, "sessions", resumes: true, rounds);
        }

        foreach (var form in new[] { ofSessions, ofAll, resuming })
        {
            rounds.Hold(form, AllCurrent, 5);
        }

        // Of * there is another with each second, which the aggregate tells.
        rounds.Hold(ofSessions, PerVersion, 1);

        outcome.Add(rounds);
    }

    private static async Task Run(HubContender hub, BenchOptions options, string form, string topic, bool resumes, Rounds rounds)
    {
        using var poller = new Poller();
        var before = new Crowd(poller, hub.Server.Address, HubContender.Joining("{}", topic)) { LongestWhole = LongestWhole };
        before.Gather(options.HerdWatchers, _ => null);
        var joining = HubContender.Joining("{}", topic);
        if (resumes)
        {
            // They are away for a while.
            var (epoch, seq) = Position(hub);
            joining = HubContender.Joining($$"""{"epoch":"{{epoch}}","after":{{seq}}}""", topic);
            before.Dispose();
            ChangeAll(hub, options.HerdSessions, Missed);
        }

        var encodings = Encodings(hub);
        using var stop = new CancellationTokenSource();
        var changes = Task.Run(() => Change(hub, options.HerdSessions, stop.Token));

        var began = Stopwatch.GetTimestamp();
        if (!resumes)
        {
            before.Dispose();
        }

        var (versions, known) = (new HashSet<long>(), new long[options.HerdWatchers]);
        using var crowd = new Crowd(poller, hub.Server.Address, joining) { LongestWhole = LongestWhole };
        crowd.Gather(
            options.HerdWatchers,
            watcher => message =>
            {
                var isReply = message.IndexOf("\"phx_reply\""u8) >= 0;
                known[watcher.Index] = Math.Max(known[watcher.Index], Seq(message, isReply));
                if (isReply && message.IndexOf("\"snapshot\":null"u8) < 0)
                {
                    versions.Add(known[watcher.Index]);
                }
            },
            atOnce: options.HerdWatchers);
        var joined = Stopwatch.GetElapsedTime(began);
        await stop.CancelAsync();
        var answers = await changes;
        hub.Tell(0);
        var (_, last) = Position(hub);
        for (; known.Any(seq => seq < last) && Stopwatch.GetElapsedTime(began) < Patience;)
        {
            poller.Turn(100);
        }

        rounds.Add(form, "until all have joined", "s", joined.TotalSeconds);
        rounds.Add(form, AllCurrent, "s", Stopwatch.GetElapsedTime(began).TotalSeconds);
        rounds.Add(form, "a command's answer meanwhile, p50", "ms", answers.At(0.5));
        rounds.Add(form, "a command's answer meanwhile, max", "ms", answers.At(1));
        if (versions.Count > 0)
        {
            rounds.Add(form, "versions sent", "", versions.Count);
            rounds.Add(form, PerVersion, "", (double)(Encodings(hub) - encodings) / versions.Count);
        }
    }

    /// <summary>Changes one session after the other, from a thread and a connection of its own; how long each answer took.</summary>
    private static Percentiles Change(HubContender hub, int sessions, CancellationToken stop)
    {
        var answers = new Percentiles();
        using var poller = new Poller();
        using var caller = hub.Call(poller);
        for (var slot = 0; !stop.IsCancellationRequested; slot = (slot + 1) % sessions)
        {
            var sent = Stopwatch.GetTimestamp();
            caller.Await(hub.Next(slot));
            answers.Add(Stopwatch.GetElapsedTime(sent));
            poller.Turn(MillisecondsBetweenChanges);
        }

        return answers;
    }

    /// <summary>Changes so many sessions, as fast as one connection may.</summary>
    private static void ChangeAll(HubContender hub, int sessions, int changes)
    {
        using var poller = new Poller();
        using var caller = hub.Call(poller);
        for (var change = 0; change < changes; change++)
        {
            caller.Await(hub.Next(change % sessions));
        }
    }

    private static long Encodings(HubContender hub) => Counters.Read(hub.Metrics(), "rollcall_snapshot_encodings_total") ?? 0;

    /// <summary>Where the log ends.</summary>
    private static (string Epoch, long Seq) Position(HubContender hub)
    {
        var page = JsonNode.Parse(hub.Ask("GET", "/api/v1/events?limit=1"))!;
        return ((string)page["epoch"]!, (long)page["head"]!);
    }

    /// <summary>The number of the last event that a message tells, or that a reply, near its beginning, is as of.</summary>
    private static long Seq(ReadOnlySpan<byte> message, bool isReply)
    {
        var name = "\"seq\":"u8;
        var at = isReply ? message.IndexOf(name) : message.LastIndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(message[(at + name.Length)..], out long seq, out _) ? seq : 0;
    }
}
