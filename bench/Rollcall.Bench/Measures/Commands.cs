using System.Diagnostics;
using System.Net;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// Durable commands a second with nobody watching: in batches over one connection, beside a bare loop that writes the
/// same rows; and singly over many connections, beside an endpoint that only echoes. Every command changes a status.
/// </summary>
internal static class Commands
{
    private const int Batch = 100;
    private const int Connections = 64;

    /// <summary>Each connection has its own, so that every command changes something.</summary>
    private const int Sessions = Batch * Connections;

    /// <summary>A change of status is told as two events.</summary>
    private const int EventsEach = 2;

    private static readonly (BareRows Rows, string Name)[] BareLoops =
    [
        (BareRows.Same, "bare loop, the same rows"), (BareRows.Events, "bare loop, events alone"), (BareRows.WithSessions, "bare loop, events and sessions"),
    ];

    /// <summary>Until everything on the way has been compiled for good, which takes its time on a busy machine.</summary>
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(15);

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        foreach (var (name, folder) in new[] { ("memory", options.Memory), ("disk", options.Disk) })
        {
            outcome.Add(await Batches(options, name, folder));
            outcome.Add(await Singles(options, name, folder));
        }
    }

    private static async Task<Rounds> Batches(BenchOptions options, string name, string parent)
    {
        const string figure = "commands/s";
        var rounds = new Rounds($"commands: batches of {Batch} over one connection, data in {name}");
        for (var round = 0; round < options.Rounds; round++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}"));
            try
            {
                var commands = 0L;
                using (var server = await StartHub(folder))
                {
                    using var lane = await Lane.Open(server.Address.EndPoint);
                    await Prepare(lane, server.Address.EndPoint);
                    byte[][] requests = [.. Enumerable.Range(0, 2 * Sessions / Batch).Select(number => BatchRequest(server.Address.EndPoint, number))];
                    await Repeat([lane], requests, options.Smoke ? options.Round : Warmup);
                    var cpu = server.CpuSeconds;
                    var (asked, seconds) = await Repeat([lane], requests, options.Round);
                    commands = asked * Batch;
                    rounds.Add("Rollcall", figure, "1/s", commands / seconds);
                    rounds.Add("Rollcall", "CPU per command", "µs", (server.CpuSeconds - cpu) / commands * 1e6);
                }

                var bare = new BareLoop(Path.Combine(folder.FullName, "rollcall.db"), (int)Math.Min(commands * EventsEach, 200_000));
                if (round == 0)
                {
                    // Compiled before it counts, as the hub is.
                    _ = bare.Run(folder.FullName, BareRows.Same, Batch, EventsEach);
                }

                foreach (var (rows, loop) in BareLoops)
                {
                    rounds.Add(loop, figure, "1/s", bare.Run(folder.FullName, rows, Batch, EventsEach));
                }
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        foreach (var (_, loop) in BareLoops)
        {
            rounds.Compare("Rollcall", loop, figure, 0.6);
        }

        return rounds;
    }

    private static async Task<Rounds> Singles(BenchOptions options, string name, string parent)
    {
        var rounds = new Rounds($"commands: singly from {Connections} connections, data in {name}");
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}"));
        try
        {
            using var hub = await StartHub(folder);
            using var echo = await ServerProcess.Start(new Launch("dotnet", address => [Builds.Echo, "--urls", $"{address}"], "/readyz"), new Start(OneCore: false));
            using (var lane = await Lane.Open(hub.Address.EndPoint))
            {
                await Prepare(lane, hub.Address.EndPoint);
            }

            (string Name, ServerProcess Server)[] servers = [("Rollcall", hub), ("echo", echo)];
            for (var round = -1; round < options.Rounds; round++)
            {
                foreach (var server in servers)
                {
                    byte[][] requests = [.. Enumerable.Range(0, 2 * Sessions).Select(number => SingleRequest(server.Server.Address.EndPoint, number))];
                    Lane[] lanes = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Lane.Open(server.Server.Address.EndPoint)));
                    var cpu = server.Server.CpuSeconds;
                    var (asked, seconds) = await Repeat(lanes, requests, round < 0 && !options.Smoke ? Warmup : options.Round);
                    Array.ForEach(lanes, lane => lane.Dispose());
                    if (round >= 0)
                    {
                        rounds.Add(server.Name, "requests/s", "1/s", asked / seconds);
                        rounds.Add(server.Name, "CPU per request", "µs", (server.Server.CpuSeconds - cpu) / asked * 1e6);
                    }
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        rounds.Compare("Rollcall", "echo", "requests/s", 0.5);
        return rounds;
    }

    private static Task<ServerProcess> StartHub(DirectoryInfo folder) =>
        HubContender.Launch(folder.FullName);

    private static async Task Prepare(Lane lane, IPEndPoint server)
    {
        for (var first = 0; first < Sessions; first += Batch)
        {
            await lane.Ask(Lane.Request(server, "POST", "/api/v1/commands", string.Join('\n', Enumerable.Range(first, Batch).Select(i =>
                $$"""{"type":"create","session_id":"bench-{{i}}","agent":"bench","project":"project-{{i % 10}}","host":"host-{{i % 5}}","cwd":"/srv/project-{{i % 10}}","status":"idle"}"""))));
        }
    }

    /// <summary>The first half of the requests sets every session to work, the second lets it rest.</summary>
    private static byte[] BatchRequest(IPEndPoint server, int number) => Lane.Request(server, "POST", "/api/v1/commands", string.Join('\n', Enumerable.Range(number * Batch, Batch).Select(i =>
        $$"""{"type":"status","session_id":"bench-{{i % Sessions}}","status":"{{(i < Sessions ? "active" : "idle")}}"}""")));

    private static byte[] SingleRequest(IPEndPoint server, int number) => Lane.Request(
        server, "POST", $"/api/v1/sessions/bench-{number % Sessions}/status", number < Sessions ? """{"status":"active"}""" : """{"status":"idle"}""");

    /// <summary>Each lane asks as soon as it was answered; each goes through its own part of the requests, again and again.</summary>
    private static async Task<(long Asked, double Seconds)> Repeat(Lane[] lanes, byte[][] requests, TimeSpan duration)
    {
        var began = Stopwatch.GetTimestamp();
        var asked = await Task.WhenAll(lanes.Select((lane, index) => Task.Run(async () =>
        {
            var count = 0L;
            for (var i = index; Stopwatch.GetElapsedTime(began) < duration; i += lanes.Length)
            {
                await lane.Ask(requests[i % requests.Length]);
                count++;
            }

            return count;
        })));
        return (asked.Sum(), Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}
