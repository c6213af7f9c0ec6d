using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rollcall.Bench.Contenders;

/// <summary>A server under test, in a process of its own on a free loopback port.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Linux counts CPU time in hundredths of a second for everybody who reads /proc.</summary>
    private const double TicksPerSecond = 100;

    private readonly Process _process;

    private ServerProcess(Process process, IPEndPoint address) => (_process, Address) = (process, address);

    public IPEndPoint Address { get; }

    public int Id => _process.Id;

    /// <summary>CPU seconds used so far. Sample: <c>4711 (dotnet) S 1 … utime stime …</c>, fields 14 and 15.</summary>
    public double CpuSeconds
    {
        get
        {
            var stat = File.ReadAllText($"/proc/{Id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
        }
    }

    /// <summary>Bytes in memory. Sample: <c>VmRSS:	   98304 kB</c>.</summary>
    public long ResidentBytes => 1024 * Number(File.ReadLines($"/proc/{Id}/status")
        .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);

    /// <summary>Starts a program of this repository and waits until it answers.</summary>
    /// <param name="assembly">The built program.</param>
    /// <param name="oneCore">Whether it is to be built for one core.</param>
    /// <param name="arguments">What follows the program, given the address to listen on.</param>
    public static async Task<ServerProcess> Start(string assembly, bool oneCore, Func<string, string[]> arguments)
    {
        var address = FreeAddress();
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments($"http://{address}")]) { RedirectStandardOutput = true };
        foreach (var (name, value) in Pinning.OneCore.Where(_ => oneCore))
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{assembly} did not start");
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new ServerProcess(process, address);
        try
        {
            await server.WaitUntilReady();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task WaitUntilReady()
    {
        using var http = new HttpClient();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < StartTimeout && !_process.HasExited;)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://{Address}/readyz"));
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        throw new InvalidOperationException($"the server at {Address} was not ready in {StartTimeout.TotalSeconds} s");
    }

    private static IPEndPoint FreeAddress()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);
}
