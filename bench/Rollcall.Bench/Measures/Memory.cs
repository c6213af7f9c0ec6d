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
    private const string Resident = "resident per connection";

    /// <summary>Connections that come and go first, so that what is made once is not counted per connection.</summary>
    private const int Earlier = 200;

    /// <summary>For the runtime to give back to the system what a collection has freed.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public static async Task Measure(BenchOptions options, Outcome outcome, TimeProvider time)
    {
        var rounds = new Rounds($"memory: {options.IdleConnections} idle connections");
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var name in new[] { Roster.Hub, Roster.SignalR, Roster.Limit })
            {
                using var alone = await Field.Start([name], options, new Start(OneCore: false), outcome);
                foreach (var contender in alone)
                {
                    rounds.Add(name, Resident, "B", await PerConnection(contender, options, time));
                }
            }
        }

        rounds.Hold(Roster.Hub, Resident, 5000);
        rounds.Compare(Roster.Hub, Roster.SignalR, Resident, 0.25, atLeast: false);
        outcome.Add(rounds);
    }

    private static async Task<double> PerConnection(Contender contender, BenchOptions options, TimeProvider time)
    {
        contender.Prepare(1);
        using var poller = new Poller();
        using (contender.Gather(poller, Math.Min(Earlier, options.IdleConnections), null))
        {
            contender.Tell(0);
        }

        var before = await Settle(contender, options, time);
        using (contender.Gather(poller, options.IdleConnections, null))
        {
            return (await Settle(contender, options, time) - before) / (double)options.IdleConnections;
        }
    }

    private static async Task<long> Settle(Contender contender, BenchOptions options, TimeProvider time)
    {
        for (var i = 0; i < 2 && !options.Smoke; i++)
        {
            if (contender.Name != Roster.Limit)
            {
                await ManagedHeap.Collect(contender.Server.Id);
            }

            await Task.Delay(Settling, time);
        }

        return contender.Server.ResidentBytes;
    }
}
