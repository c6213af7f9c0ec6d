using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>The ways to a hub's socket: what carries the bytes differs, what they mean must not.</summary>
public enum Way
{
    /// <summary>Plain text.</summary>
    Plain,

    /// <summary>TLS, with a certificate of the test's own.</summary>
    Tls,
}

/// <summary>A hub for each way: a port whose neighbour speaks TLS is not served directly.</summary>
public sealed class ConformanceHub : IAsyncLifetime
{
    /// <summary>The process has one environment, and more than one class of tests has such a hub.</summary>
    private static readonly SemaphoreSlim Environs = new(1, 1);

    private readonly string _folder = Directory.CreateTempSubdirectory("rollcall-tls-").FullName;

    private TestHub _plain = null!;
    private TestHub _tls = null!;

    public Uri Address(Way way) => (way == Way.Tls ? _tls : _plain).Address;

    public async ValueTask InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=rollcall", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var (chain, secret) = (Path.Combine(_folder, "tls.crt"), Path.Combine(_folder, "tls.key"));
        await File.WriteAllTextAsync(chain, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(secret, key.ExportPkcs8PrivateKeyPem());

        // As whoever runs a hub gives it one. The key comes first and goes last: a hub that starts beside it must not find
        // a certificate without one.
        await Environs.WaitAsync();
        Environment.SetEnvironmentVariable("Kestrel__Certificates__Default__KeyPath", secret);
        Environment.SetEnvironmentVariable("Kestrel__Certificates__Default__Path", chain);
        _tls = await TestHub.Start(urls: ["https://127.0.0.1:0"]);
        Environment.SetEnvironmentVariable("Kestrel__Certificates__Default__Path", null);
        Environment.SetEnvironmentVariable("Kestrel__Certificates__Default__KeyPath", null);
        Environs.Release();
        _plain = await TestHub.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _plain.DisposeAsync();
        await _tls.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
