using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rollcall.Server.Tests.Chaos;

namespace Rollcall.Server.Tests.Security;

/// <summary>Certificates are the web server's: given by its own variables, with the prefixes that it knows.</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rollcall-certificate-");

    private string CertificateFile => Path.Combine(_folder.FullName, "hub.pem");

    private string KeyFile => Path.Combine(_folder.FullName, "hub.key");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_certificate_that_is_renewed_is_served_without_a_restart()
    {
        var port = FreePort.Next();
        await Renew();
        await using var hub = new HubProcess();
        hub.Launch(
            variables:
            [
                ("Kestrel__Endpoints__Plain__Url", $"{hub.Url}"),
                ("ASPNETCORE_Kestrel__Endpoints__Tls__Url", $"https://127.0.0.1:{port}"),
                ("Kestrel__Endpoints__Tls__Certificate__Path", CertificateFile),
                ("Kestrel__Endpoints__Tls__Certificate__KeyPath", KeyFile),
            ]);
        await hub.Ready();
        var before = await Served(port, other: null);

        await Renew();

        Assert.NotNull(before);
        Assert.NotNull(await Served(port, other: before));
    }

    private async Task Renew()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(KeyFile, key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(CertificateFile, certificate.ExportCertificatePem());
    }

    /// <summary>Which certificate a client is shown that is not another; the web server opens its addresses one after the other, and anew for a new one.</summary>
    private static async Task<string?> Served(int port, string? other)
    {
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < Patience;)
        {
            if (await Served(port) is { } served && served != other)
            {
                return served;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        return null;
    }

    /// <summary>Which certificate a client is shown; null where it finds nobody.</summary>
    private static async Task<string?> Served(int port)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
#pragma warning disable CA5359 // Which one it is, is what is asked.
            await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
#pragma warning restore CA5359
            await tls.AuthenticateAsClientAsync("localhost");
            return tls.RemoteCertificate!.GetCertHashString();
        }
        catch (Exception gone) when (gone is SocketException or IOException or AuthenticationException)
        {
            return null;
        }
    }
}
