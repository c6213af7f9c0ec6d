using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Rollcall.Server.Tests.Faults;

/// <summary>What befell all the subscribers together. Any thread may count.</summary>
internal sealed class Tally
{
    public int Runs;
    public int Visits;
    public int Cuts;
    public int Stalls;
    public int Resumes;
    public int Snapshots;
    public int Resyncs;
    public int Events;

    /// <summary>Connections that fell silent without the hub's being told.</summary>
    public ConcurrentBag<Socket> Silent { get; } = [];

    public static void Count(ref int what) => Interlocked.Increment(ref what);

    public void HangUp()
    {
        while (Silent.TryTake(out var socket))
        {
            socket.Dispose();
        }
    }

    public override string ToString() =>
        $"{Runs} runs, {Visits} connections, {Cuts} cuts, {Stalls} stalls, {Resumes} resumes, {Resyncs} resyncs, {Snapshots} snapshots, {Events} events heard";
}
