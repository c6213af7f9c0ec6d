using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Server.Clients.Kato;
using Rollcall.Server.Operations;

namespace Rollcall.Server.Tests.Clients.Kato;

/// <summary>The readings for KATO's charts, whatever becomes of one of them.</summary>
public sealed class KatoHistoryTests
{
    [Fact]
    public async Task A_reading_that_fails_is_not_the_end_of_the_hub()
    {
        await using var hub = await TestHub.Start();
        var clock = new BrokenClock();
        using var history = new KatoHistory(hub.App.Services.GetRequiredService<FleetWatch>(), clock, NullLogger<KatoHistory>.Instance);
        await history.StartAsync(TestContext.Current.CancellationToken);
        await clock.Asked.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        await history.StopAsync(TestContext.Current.CancellationToken);

        await history.ExecuteTask!;
    }

    /// <summary>It fails at whatever time it is.</summary>
    private sealed class BrokenClock : TimeProvider
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override DateTimeOffset GetUtcNow()
        {
            Asked.TrySetResult();
            throw new InvalidOperationException("a bug");
        }
    }
}
