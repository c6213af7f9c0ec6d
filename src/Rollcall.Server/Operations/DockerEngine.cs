using System.Net.Sockets;
using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Operations;

/// <summary>The containers of this machine, asked from the Docker Engine over its Unix socket. Safe from any thread.</summary>
public sealed class DockerEngine : IDisposable
{
    /// <summary>The engine answers within so long or counts as failed; less than the 2.5 s a part of <c>realtime_update</c> may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Whoever asks again within this time gets the same figures.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>An engine computes each container's figures on request: not all at once.</summary>
    private const int AtOnce = 8;

    /// <summary>The figures of so many containers are asked; more are only listed.</summary>
    private const int MostMeasured = 100;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, DockerCpu> _cpu = [];
    private readonly string _socket;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private IReadOnlyList<ContainerFigures> _last = [];
    private long? _readAt;

    /// <summary>Connects when it is first asked.</summary>
    /// <param name="socket">The path of the engine's socket.</param>
    /// <param name="time">The clock.</param>
    public DockerEngine(string socket, TimeProvider time)
    {
        (_socket, _time) = (socket, time);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancel) =>
            {
                var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await unix.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancel);
                    return new NetworkStream(unix, ownsSocket: true);
                }
                catch
                {
                    unix.Dispose();
                    throw;
                }
            },
        };

        // An engine with a thousand containers lists them in about one MiB.
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://docker/"), MaxResponseContentBufferSize = 8 * 1024 * 1024 };
    }

    /// <summary>The containers now, stopped ones included; null where there is no engine.</summary>
    public async Task<IReadOnlyList<ContainerFigures>?> Read(CancellationToken cancel)
    {
        if (_socket.Length == 0 || !File.Exists(_socket))
        {
            return null;
        }

        await _turn.WaitAsync(cancel);
        try
        {
            if (_readAt is { } then && _time.GetElapsedTime(then) < Fresh)
            {
                return _last;
            }

            using var patience = new CancellationTokenSource(Patience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
            try
            {
                (_last, _readAt) = (await Ask(either.Token), _time.GetTimestamp());
                return _last;
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"the Docker Engine gave no answer within {Patience.TotalSeconds} s");
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether the engine failed or answered with something else than it should.</summary>
    public static bool IsFailure(Exception failure) => failure is HttpRequestException or SocketException or IOException or TimeoutException
        or JsonException or KeyNotFoundException or InvalidOperationException;

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _turn.Dispose();
    }

    private async Task<IReadOnlyList<ContainerFigures>> Ask(CancellationToken cancel)
    {
        using var listed = await Get("containers/json?all=true", cancel);
        var containers = listed.RootElement.EnumerateArray().Select(DockerContainer.Read).ToArray();
        var running = Enumerable.Range(0, containers.Length).Where(index => containers[index].Figures.State == "running").Take(MostMeasured);
        await Parallel.ForEachAsync(running, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (index, token) =>
        {
            try
            {
                using var stats = await Get($"containers/{containers[index].EngineId}/stats?stream=false&one-shot=true", token);
                containers[index] = Measure(containers[index], stats.RootElement);
            }
            catch (Exception failure) when (IsFailure(failure))
            {
                // It ended since it was listed: then it has no figures.
            }
        });
        lock (_cpu)
        {
            foreach (var gone in _cpu.Keys.Except(containers.Select(container => container.EngineId)).ToList())
            {
                _cpu.Remove(gone);
            }
        }

        return [.. containers.Select(container => container.Figures)];
    }

    private DockerContainer Measure(DockerContainer container, JsonElement stats)
    {
        var cpu = DockerCpu.Read(stats);
        DockerCpu? before;
        lock (_cpu)
        {
            before = _cpu.GetValueOrDefault(container.EngineId);
            _cpu[container.EngineId] = cpu;
        }

        return container with { Figures = DockerContainer.WithMemory(container.Figures, stats) with { CpuPercent = cpu.Since(before) } };
    }

    private async Task<JsonDocument> Get(string path, CancellationToken cancel)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        if (SocketThreads.MayBeCurrent)
        {
            await Task.Yield();
        }

        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancel));
    }
}
