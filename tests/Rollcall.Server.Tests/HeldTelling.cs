using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests;

/// <summary>A hub that has made a command durable and does not tell it, nor answer it, until this is disposed of.</summary>
internal sealed class HeldTelling : IDisposable
{
    /// <summary>A test that fails must not keep the hub from stopping.</summary>
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _free = new();
    private Task _held = Task.CompletedTask;

    /// <summary>Holds it with a command that changes something.</summary>
    public static async Task<HeldTelling> Of(SessionHub hub, ILog log, Command command)
    {
        var (held, head) = (new HeldTelling(), log.Head);
        held._held = Task.Factory.StartNew(
            () => hub.Fanout.Publish(held.Wait), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await held._holds.Task.WaitAsync(AtMost, TestContext.Current.CancellationToken);
        _ = hub.Submit(command).AsTask();
        while (log.Head == head)
        {
            await Whereabouts.Pause();
        }

        return held;
    }

    public void Dispose()
    {
        _free.Set();
        _held.Wait(AtMost);
        _free.Dispose();
    }

    /// <summary>The writer waits behind an event that is not in the log.</summary>
    private HubEvent Wait(Core.Fleet.FleetView view)
    {
        _holds.TrySetResult();
        _free.Wait(AtMost);
        return new SessionUpdate();
    }
}
