using Microsoft.Extensions.Hosting;
using Rollcall.Core;
using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Empties the hub before it stops: each connection is told when to come back, spread out because the official
/// client has no jitter of its own, and closed with 1012, a few at a time.
/// </summary>
internal sealed class Draining(SessionHub hub, RollcallOptions options, TimeProvider time) : IHostedLifecycleService
{
    /// <summary>How many connections are closed at once, unless there are very many.</summary>
    private const int Together = 100;

    /// <summary>In so many steps at most all are closed that were there. Their pauses take four seconds: half of what a stop may take.</summary>
    private const int MostSteps = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the last farewells have to reach the clients.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    /// <summary>When one client is to come back: at a time of its own.</summary>
    public static int ReconnectAfterMs(RollcallOptions options) => Random.Shared.Next((int)options.ReconnectWithin.TotalMilliseconds);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var told = new HashSet<Outlet>();
        await Tell(hub.Fanout.Drain(), told).ConfigureAwait(false);
        for (var waited = TimeSpan.Zero; hub.Fanout.OutletCount > 0 && waited < Grace; waited += Pause)
        {
            // One that was on its way in when draining began.
            await Tell(hub.Fanout.Drain(), told).ConfigureAwait(false);
            await Task.Delay(Pause, time, CancellationToken.None).ConfigureAwait(false);
        }

        foreach (var silent in hub.Fanout.Drain())
        {
            silent.Abort();
        }
    }

    private async Task Tell(IReadOnlyList<Outlet> outlets, HashSet<Outlet> told)
    {
        foreach (var some in outlets.Where(told.Add).Chunk(Math.Max(Together, (outlets.Count / MostSteps) + 1)))
        {
            foreach (var outlet in some)
            {
                outlet.Farewell(ReconnectAfterMs(options));
            }

            await Task.Delay(Pause, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
