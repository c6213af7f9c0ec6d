using System.Diagnostics;
using System.Globalization;
using Rollcall.Bench.Contenders;

namespace Rollcall.Bench.Soak;

/// <summary>A hub in a process of its own on a fixed address, which can be drained and started again on the same data.</summary>
internal sealed class SoakHub : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _data;
    private Process _process;

    private SoakHub(Uri url, DirectoryInfo data) => (Url, _data, _process) = (url, data, Launch(url, data));

    public Uri Url { get; }

    /// <summary>Bytes in memory. Sample: <c>VmRSS:	   98304 kB</c>.</summary>
    public long ResidentBytes => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        CultureInfo.InvariantCulture);

    public static async Task<SoakHub> Start(string disk)
    {
        var data = Directory.CreateDirectory(Path.Combine(disk, $"rollcall-soak-{Guid.NewGuid():N}"));
        var hub = new SoakHub(new Uri($"http://{ServerProcess.FreeAddress()}"), data);
        await hub.Ready();
        return hub;
    }

    /// <summary>SIGTERM: it tells its clients when to come back, and ends; then it starts again.</summary>
    public async Task Drain()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the hub ended with {_process.ExitCode}");
        }

        _process.Dispose();
        _process = Launch(Url, _data);
        await Ready();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private static Process Launch(Uri url, DirectoryInfo data)
    {
        string[] arguments = [Builds.Hub, "serve", "--urls", url.GetLeftPart(UriPartial.Authority), "--data", data.FullName];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private async Task Ready()
    {
        using var http = new HttpClient();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience && !_process.HasExited;)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Url, "/readyz"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        throw new InvalidOperationException($"the hub at {Url} does not serve");
    }
}
