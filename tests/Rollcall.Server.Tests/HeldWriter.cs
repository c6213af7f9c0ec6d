using Rollcall.Core;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests;

/// <summary>A hub's writer that goes no further, behind a batch that it has told, until this is disposed of.</summary>
internal sealed class HeldWriter : IDisposable
{
    /// <summary>A test that fails must not keep the hub from stopping.</summary>
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(60);

    private readonly SessionHub _hub;
    private readonly TaskCompletionSource _holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _free = new();

    private HeldWriter(SessionHub hub) => _hub = hub;

    /// <summary>Holds it by a command that changes something.</summary>
    public static async Task<HeldWriter> By(SessionHub hub, Command command)
    {
        var held = new HeldWriter(hub);
        hub.Applied += held.Wait;
        _ = hub.Submit(command).AsTask();
        await held._holds.Task.WaitAsync(AtMost, TestContext.Current.CancellationToken);
        return held;
    }

    public void Dispose()
    {
        _hub.Applied -= Wait;
        _free.TrySetResult();
    }

    private void Wait(IReadOnlyList<HubEvent> events, Core.Fleet.FleetView view)
    {
        _holds.TrySetResult();
        _free.Task.Wait(AtMost);
    }
}
