using System.Diagnostics;
using Rollcall.Core.Tests;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>The real hub in a process of its own, which can be killed and started again on the same data. Unsynchronised.</summary>
internal sealed class HubProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly HttpClient _http = new(Trusting()) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Queue<string> _said = new();
    private Process? _process;

    /// <summary>Its data directory, which goes with it.</summary>
    public string Data { get; } = Directory.CreateTempSubdirectory("rollcall-chaos-").FullName;

    public Uri Url { get; init; } = new($"http://127.0.0.1:{FreePort.Next()}");

    public int Id => _process!.Id;

    /// <summary>File descriptors that it may have; null for as many as the tests.</summary>
    public int? Descriptors { get; init; }

    /// <summary>Starts the process, in a folder or in that of the tests, with further variables; it does not serve yet.</summary>
    public void Launch(string folder = "", params IEnumerable<(string Name, string Value)> variables)
    {
        string[] serve = [Binary(), "serve", "--urls", Url.GetLeftPart(UriPartial.Authority), "--data", Data];
        var start = new ProcessStartInfo(
            Descriptors is null ? "dotnet" : "sh", Descriptors is { } most ? ["-c", $"ulimit -n {most} && exec dotnet \"$@\"", "sh", .. serve] : serve)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it serves.</summary>
    public async Task Ready()
    {
        for (var since = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(since) < Patience;)
        {
            if (_process!.HasExited)
            {
                break;
            }

            try
            {
                using var answer = await _http.GetAsync(new Uri(Url, "/readyz"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
                // It is still starting.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        throw new InvalidOperationException("the hub does not serve:\n" + string.Join('\n', _said));
    }

    /// <summary>Has it stand still, or go on.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{Id}"]);
        kill.WaitForExit();
    }

    /// <summary>kill -9 of this process alone.</summary>
    public async Task Kill()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Has it end in order.</summary>
    public async Task Stop()
    {
        Signal("TERM");
        await _process!.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        await Kill();
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _http.Dispose();
        Directory.Delete(Data, true);
    }

    private void Keep(object sender, DataReceivedEventArgs said)
    {
        lock (_said)
        {
            _said.Enqueue(said.Data ?? "");
            if (_said.Count > 50)
            {
                _said.Dequeue();
            }
        }
    }

    /// <summary>Takes any certificate.</summary>
    public static HttpMessageHandler Trusting() =>
        new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };

    /// <summary>Runs another of the program's commands, as a person does: its exit code, and what it said to the person.</summary>
    public static async Task<(int Code, string Said)> Command(params string[] arguments)
    {
        var (code, _, said) = await Run(arguments);
        return (code, said);
    }

    /// <summary>Runs the program until it ends by itself: its exit code, what it gave, and what it said beside.</summary>
    public static async Task<(int Code, string Output, string Said)> Run(string[] arguments, params IEnumerable<(string Name, string Value)> variables)
    {
        var start = new ProcessStartInfo("dotnet", [Binary(), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var (output, said) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
            return (process.ExitCode, (await output).Trim(), (await said).Trim());
        }
        finally
        {
            // Does nothing to one that has ended.
            process.Kill();
        }
    }

    /// <summary>The command-line program of the build that these tests are of.</summary>
    public static string Binary()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var binary = Path.Combine(Repository.Root, "src", "Rollcall.Cli", "bin", output.Parent!.Name, output.Name, "rollcall.dll");
        return File.Exists(binary) ? binary : throw new FileNotFoundException("build the hub first: dotnet build", binary);
    }
}
