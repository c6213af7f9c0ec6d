using Microsoft.AspNetCore.Http;
using Rollcall.Core.Fleet;
using Rollcall.Core.Tests;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Operations;

public sealed class FleetLoopsTests
{
    [Fact]
    public async Task Alerts_are_looked_for_an_interval_after_the_start_when_the_figures_say_something()
    {
        var folder = Directory.CreateTempSubdirectory("rc-").FullName;
        var clock = new TestClock();
        var (start, asked) = (clock.Now, new TaskCompletionSource<DateTimeOffset>());
        await using var docker = await LocalServer.Start(
            context =>
            {
                asked.TrySetResult(clock.Now);
                return context.Response.WriteAsync("[]");
            },
            Path.Combine(folder, "d.sock"));
        await using var hub = await TestHub.Start(
            new() { DockerSocket = Path.Combine(folder, "d.sock"), Fleet = new FleetOptions { Evaluate = TimeSpan.FromMinutes(3) } }, time: clock);

        await Hearing.Eventually(async () =>
        {
            // By this clock the engine has 2 s to answer: it must not be advanced while somebody asks.
            var pause = Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, TestContext.Current.CancellationToken);
            if (await Task.WhenAny(asked.Task, pause) == pause)
            {
                clock.Advance(TimeSpan.FromMinutes(1));
            }

            return asked.Task.IsCompleted;
        });

        Assert.True(await asked.Task >= start + TimeSpan.FromMinutes(3), "the start is no time to look");
        Directory.Delete(folder, recursive: true);
    }
}
