using System.Diagnostics;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>What a command costs the server while nobody listens, with few and with many live sessions: the same commands to as many of them.</summary>
internal static class Scale
{
    /// <summary>So many sessions are told of, spread over all that live.</summary>
    private const int Told = 1000;

    private const int Batch = 100;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(20);

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        var (few, many) = options.Smoke ? (Told, 2 * Told) : (Told, 1_000_000);
        using var small = await Stock.Make(options.Memory, few, 0, 1);
        using var large = await Stock.Make(options.Memory, many, 0, 1);
        var rounds = new Rounds("scale: commands in batches of 100, nobody listening");
        using var alone = await HubContender.Launch(small.Folder);
        using var crowded = await HubContender.Launch(large.Folder);
        (string Name, ServerProcess Server, int Live)[] hubs = [($"{few:#,0} live", alone, few), ($"{many:#,0} live", crowded, many)];
        for (var round = -1; round < options.Rounds; round++)
        {
            foreach (var (name, server, live) in hubs)
            {
                var (cpu, rate) = Run(server, live, round < 0 && !options.Smoke ? Warmup : options.Round);
                if (round >= 0)
                {
                    rounds.Add(name, "CPU per command", "µs", cpu);
                    rounds.Add(name, "commands/s", "1/s", rate);
                }
            }
        }

        rounds.Compare(hubs[1].Name, hubs[0].Name, "CPU per command", 1.2, atLeast: false);
        outcome.Add(rounds);
    }

    private static (double Cpu, double Rate) Run(ServerProcess server, int live, TimeSpan duration)
    {
        using var poller = new Poller();
        using var caller = new Caller(poller, server.Address, answers: true);
        byte[][] requests = [.. Enumerable.Range(0, 2 * Told / Batch).Select(number => server.Address.Request(
            "POST", "/api/v1/commands", string.Join('\n', Enumerable.Range(number * Batch, Batch).Select(i =>
                $$"""{"type":"status","session_id":"{{Stock.Id(i % Told * (live / Told))}}","status":"{{(i < Told ? "active" : "idle")}}"}"""))))];
        var (began, cpu, commands) = (Stopwatch.GetTimestamp(), server.CpuSeconds, 0L);
        for (; Stopwatch.GetElapsedTime(began) < duration; commands += Batch)
        {
            caller.Await(requests[commands / Batch % requests.Length]);
        }

        return ((server.CpuSeconds - cpu) / commands * 1e6, commands / Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}
