using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Rollcall.Core.Tests;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>A hub that is given few file descriptors.</summary>
public sealed class DescriptorsTests : IDisposable
{
    private const int Descriptors = 400;

    private readonly string _folder = Directory.CreateTempSubdirectory("rollcall-descriptors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task More_connections_than_it_has_descriptors_for_do_not_end_the_hub(string scheme)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "it has no /proc");
        var cancel = TestContext.Current.CancellationToken;
        await using var hub = new HubProcess { Descriptors = Descriptors, Url = new Uri($"{scheme}://127.0.0.1:{FreePort.Next()}") };
        hub.Launch(variables: await Certificate());
        await hub.Ready();

        for (var round = 0; round < 3; round++)
        {
            TcpClient[] silent = [.. Enumerable.Range(0, 600).Select(_ => new TcpClient())];
            var connecting = Task.WhenAll(silent.Select(connection => connection.ConnectAsync(IPAddress.Loopback, hub.Url.Port, cancel).AsTask()));
            Assert.InRange(await MostBeyondBound(hub.Id, connecting), 0, 2);

            // Some were not let in, and are told so by the end of their connections.
            await Task.WhenAny(silent.Select(connection => Ended(connection, cancel))).WaitAsync(TimeSpan.FromSeconds(30), cancel);
            Array.ForEach(silent, connection => connection.Dispose());
        }

        await hub.Ready();
        using var http = new HttpClient(HubProcess.Trusting()) { BaseAddress = hub.Url };
        using var created = await http.PostAsJsonAsync("/api/v1/sessions", new { id = "a" }, cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    /// <summary>How many connections had one of the last 32 descriptors at a time; one that is about to be closed has.</summary>
    private static async Task<int> MostBeyondBound(int process, Task connecting)
    {
        var most = 0;
        for (var since = TimeProvider.System.GetTimestamp(); !connecting.IsCompleted || TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(1);)
        {
            most = Math.Max(most, Enumerable.Range(Descriptors - 32, 32).Count(number => IsSocket($"/proc/{process}/fd/{number}")));
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }

        await connecting;
        return most;
    }

    private static bool IsSocket(string descriptor) =>
        new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:", StringComparison.Ordinal);

    private static async Task Ended(TcpClient silent, CancellationToken cancel)
    {
        try
        {
            Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], cancel));
        }
        catch (Exception ended) when (ended is IOException or ObjectDisposedException)
        {
            // Reset, or over.
        }
    }

    private async Task<(string, string)[]> Certificate()
    {
        using var certificate = TestHub.MakeCertificate();
        var path = Path.Combine(_folder, "hub.pfx");
        await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx));
        return [("Kestrel__Certificates__Default__Path", path)];
    }
}
