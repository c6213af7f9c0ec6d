using Microsoft.AspNetCore.Hosting;

namespace Rollcall.Server.Security;

/// <summary>What one request may take, before anybody looks at it.</summary>
public static class RequestLimits
{
    /// <summary>Bytes of a request's body (1 MiB); telemetry raises it for itself.</summary>
    public const int BodyBytes = 1024 * 1024;

    /// <summary>Levels of JSON in what comes from outside.</summary>
    public const int JsonDepth = 32;

    /// <summary>A client that sends its header more slowly than in 10 s is cut off.</summary>
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Puts the limits on the server.</summary>
    public static void UseRequestLimits(this IWebHostBuilder web) => web.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = BodyBytes;
        kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
    });
}
