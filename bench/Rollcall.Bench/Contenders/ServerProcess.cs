using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>A server under test, in a process of its own on a free loopback port.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Linux counts CPU time in hundredths of a second for everybody who reads /proc.</summary>
    private const double TicksPerSecond = 100;

    private readonly Process _process;

    private ServerProcess(Process process, Address address) => (_process, Address) = (process, address);

    public Address Address { get; }

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

    /// <summary>How often a core left each of its threads so far. Sample: <c>voluntary_ctxt_switches:	4711</c>, and <c>nonvoluntary…</c> likewise.</summary>
    public IReadOnlyDictionary<string, long> Switches
    {
        get
        {
            var switches = new Dictionary<string, long>();
            foreach (var thread in Directory.GetDirectories($"/proc/{Id}/task"))
            {
                try
                {
                    switches[thread] = File.ReadLines($"{thread}/status").Where(line => line.Contains("ctxt_switches", StringComparison.Ordinal))
                        .Sum(line => Number(line[(line.IndexOf('\t') + 1)..]));
                }
                catch (IOException)
                {
                    // It has ended meanwhile.
                }
            }

            return switches;
        }
    }

    /// <summary>Bytes in memory. Sample: <c>VmRSS:	   98304 kB</c>.</summary>
    public long ResidentBytes => 1024 * Number(File.ReadLines($"/proc/{Id}/status")
        .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);

    /// <summary>Starts a server and waits until it answers.</summary>
    public static async Task<ServerProcess> Start(Launch launch, Start start)
    {
        var address = new Address(FreeAddress(), start.Tls);
        var begin = new ProcessStartInfo(launch.Program, launch.Arguments(address)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in launch.Variables.Concat(start.OneCore ? Pinning.OneCore : []).Concat(start.Tls ? Certificate.Variables : []))
        {
            begin.Environment[name] = value;
        }

        var process = Process.Start(begin) ?? throw new InvalidOperationException($"{launch.Program} did not start");
        var said = new StringBuilder();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new ServerProcess(process, address);
        try
        {
            await server.WaitUntilReady(launch.ReadyPath);
            return server;
        }
        catch
        {
            await Console.Error.WriteLineAsync($"{launch.Program} {string.Join(' ', begin.ArgumentList)}: {said}");
            server.Dispose();
            throw;
        }
    }

    public static IPEndPoint FreeAddress()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
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

    private async Task WaitUntilReady(string? path)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < StartTimeout && !_process.HasExited;)
        {
            try
            {
                using var poller = new Poller();
                using var caller = new Caller(poller, Address, answers: true);
                if (path is not null)
                {
                    caller.Ask(Address.Request("GET", path));
                }

                return;
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        throw new InvalidOperationException($"the server at {Address} was not ready in {StartTimeout.TotalSeconds} s");
    }

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);
}
