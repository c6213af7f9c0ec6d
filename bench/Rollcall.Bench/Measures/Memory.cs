using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// What an idle connection that has joined keeps resident in the server, after a full collection of its heap; the
/// kernel's own share of a socket is not in it.
/// </summary>
internal static class Memory
{
    /// <summary>Connections that come and go first, so that what is made once is not counted per connection.</summary>
    private const int Earlier = 200;

    /// <summary>For the runtime to give back to the system what a collection has freed.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public static async Task<IEnumerable<Row>> Measure(BenchOptions options, TimeProvider time)
    {
        var rounds = new Rounds($"memory: {options.IdleConnections} idle connections");
        var peer = "";
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var start in new[]
            {
                () => HubContender.Start("Rollcall, memory", options.Memory, oneCore: false),
                () => SignalRContender.Start(oneCore: false),
            })
            {
                await using var contender = await start();
                await contender.Prepare(1);
                rounds.Add(contender.Name, "resident per connection", "B", await PerConnection(contender, options, time));
                peer = contender.Name;
            }
        }

        return rounds.Rows(peer);
    }

    private static async Task<double> PerConnection(Contender contender, BenchOptions options, TimeProvider time)
    {
        await using (await contender.Gather(Math.Min(Earlier, options.IdleConnections), Told.Status, null))
        {
            await contender.Command(Told.Status, 0);
        }

        var before = await Settle(contender, options, time);
        await using (await contender.Gather(options.IdleConnections, Told.Status, null))
        {
            return (await Settle(contender, options, time) - before) / (double)options.IdleConnections;
        }
    }

    private static async Task<long> Settle(Contender contender, BenchOptions options, TimeProvider time)
    {
        for (var i = 0; i < 2 && !options.Smoke; i++)
        {
            await ManagedHeap.Collect(contender.Server.Id);
            await Task.Delay(Settling, time);
        }

        return contender.Server.ResidentBytes;
    }
}
