using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Tests;
using Rollcall.Server.Operations;
using Xunit;

namespace Rollcall.Server.Tests.Operations;

public sealed class DockerEngineTests : IAsyncDisposable
{
    private const string Listed = """
        [{"Id":"1a","Names":["/web"],"Image":"nginx:1","State":"running","Status":"Up 4 days"},
         {"Id":"2b","Names":["/job"],"Image":"job:2","State":"exited","Status":"Exited (137) 2 minutes ago"}]
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("rollcall-docker-");
    private readonly TestClock _clock = new();
    private readonly List<string> _asked = [];
    private LocalServer? _server;
    private long _computed = 1_000_000;

    private string Socket => Path.Combine(_directory.FullName, "docker.sock");

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Containers_are_listed_and_the_running_ones_measured_over_a_real_unix_socket()
    {
        await Serve(Answer);
        using var engine = new DockerEngine(Socket, _clock);
        var first = await engine.Read(TestContext.Current.CancellationToken);
        Assert.Null(first![0].CpuPercent);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _computed += 25_000;
        var containers = await engine.Read(TestContext.Current.CancellationToken);
        Assert.Equal(("web", "running", "nginx:1", 25.0), (containers![0].Name, containers[0].State, containers[0].Image, containers[0].CpuPercent));
        Assert.Equal((5_000_000, 50_000_000, 10.0), (containers[0].MemoryBytes, containers[0].MemoryLimitBytes, containers[0].MemoryPercent));
        Assert.Equal(("job", true, null, null), (containers[1].Name, containers[1].IsDown, containers[1].CpuPercent, containers[1].MemoryBytes));
        Assert.DoesNotContain(_asked, path => path.Contains("2b", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Within_a_second_the_engine_is_asked_once()
    {
        await Serve(Answer);
        using var engine = new DockerEngine(Socket, _clock);
        await engine.Read(TestContext.Current.CancellationToken);
        await engine.Read(TestContext.Current.CancellationToken);
        Assert.Single(_asked, path => path.EndsWith("json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_there_is_no_socket_there_are_no_containers_and_no_error()
    {
        using var engine = new DockerEngine(Socket, _clock);
        Assert.Null(await engine.Read(TestContext.Current.CancellationToken));
        using var none = new DockerEngine("", _clock);
        Assert.Null(await none.Read(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(200, "no json")]
    [InlineData(200, """{"message": "page not found"}""")]
    [InlineData(200, """[{"Id": null}]""")]
    public async Task An_engine_that_answers_badly_is_a_failure(int status, string body)
    {
        await Serve(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        using var engine = new DockerEngine(Socket, _clock);
        Assert.True(DockerEngine.IsFailure(await Assert.ThrowsAnyAsync<Exception>(() => engine.Read(TestContext.Current.CancellationToken))));
    }

    /// <summary>As a failure shows: figures that are understood come from where the containers are measured.</summary>
    [Theory]
    [InlineData(500, "{}")]
    [InlineData(200, "no json")]
    public async Task What_the_engine_answers_is_parsed_on_the_pool(int status, string body)
    {
        await Serve(async context =>
        {
            await Whereabouts.Pause();
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
        });
        using var engine = new DockerEngine(Socket, _clock);
        for (var i = 0; i < 5; i++)
        {
            Task? read = null;
            Assert.True(await Task.Run(() => Whereabouts.EndsOnThePool(read = engine.Read(TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken));
            Assert.True(DockerEngine.IsFailure(read!.Exception!.InnerException!));
        }
    }

    [Fact]
    public async Task An_engine_that_hangs_is_given_up_after_2_s()
    {
        var asked = new TaskCompletionSource();
        await Serve(context =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        using var engine = new DockerEngine(Socket, _clock);
        var read = engine.Read(TestContext.Current.CancellationToken);
        await asked.Task;
        _clock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => read);
    }

    [Fact]
    public async Task An_engine_that_was_not_waited_for_is_not_said_to_be_back()
    {
        var asked = new TaskCompletionSource();
        await Serve(context =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        await using var hub = await TestHub.Start(new RollcallOptions { DockerSocket = Socket });
        var watch = hub.App.Services.GetRequiredService<FleetWatch>();
        watch.Health.Note("containers", "down");
        using var cancel = new CancellationTokenSource();
        var read = watch.ReadContainers(cancel.Token);
        await asked.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal("down", watch.Health.Parts["containers"].Error);
    }

    [Fact]
    public async Task A_socket_that_nobody_serves_is_a_failure()
    {
        await File.WriteAllTextAsync(Socket, "", TestContext.Current.CancellationToken);
        using var engine = new DockerEngine(Socket, _clock);
        await Assert.ThrowsAsync<HttpRequestException>(() => engine.Read(TestContext.Current.CancellationToken));
    }

    private async Task Serve(RequestDelegate answer) => _server = await LocalServer.Start(answer, Socket);

    private Task Answer(HttpContext context)
    {
        lock (_asked)
        {
            _asked.Add(context.Request.Path);
        }

        // The whole machine's time grows four times as fast as the container's: both grow with what the test adds.
        return context.Response.WriteAsync(context.Request.Path == "/containers/json" ? Listed : $$$"""
            {"cpu_stats":{"cpu_usage":{"total_usage":{{{_computed}}}},"system_cpu_usage":{{{_computed * 4}}},"online_cpus":4},
             "memory_stats":{"usage":6000000,"stats":{"inactive_file":1000000},"limit":50000000}}
            """);
    }
}
