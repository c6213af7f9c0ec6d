using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rollcall.Bench.Contenders;

/// <summary>A certificate for loopback that lives as long as the bench, given to Kestrel through its own configuration.</summary>
internal static class Certificate
{
    private static readonly Lazy<string> File = new(Make);

    public static IEnumerable<KeyValuePair<string, string>> Variables => [new("Kestrel__Certificates__Default__Path", File.Value), new("Kestrel__Certificates__Default__Password", "bench")];

    public static void Delete()
    {
        if (File.IsValueCreated)
        {
            System.IO.File.Delete(File.Value);
        }
    }

    private static string Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var path = Path.Combine(Path.GetTempPath(), $"rollcall-bench-{Guid.NewGuid():N}.pfx");
        System.IO.File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, "bench"));
        return path;
    }
}
