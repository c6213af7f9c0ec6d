using System.Net;
using Microsoft.AspNetCore.Http;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>
/// Under which names the hub may be addressed, and from which origins: what keeps a foreign page in a person's browser
/// from reaching a hub on their own machine (DNS rebinding, cross-site WebSockets). Safe from any thread.
/// </summary>
public sealed class Addresses
{
    /// <summary>The long poll, and below it the stream.</summary>
    private static readonly PathString Events = new(Wire.ApiPrefix + "/events");

    private readonly HashSet<string> _hosts;
    private readonly HashSet<string> _origins;

    /// <summary>What was allowed last, which is what is asked next.</summary>
    private volatile Asked? _allowed;

    /// <summary>Takes the configured names and origins.</summary>
    public Addresses(RollcallOptions options)
    {
        var bound = options.Urls.Select(BindingAddress.Parse).ToList();
        OnlyLoopback = bound.TrueForAll(IsLoopback);
        _hosts = [.. options.AllowedHosts.Select(host => host.ToLowerInvariant())];
        _hosts.UnionWith(bound.Where(address => !IsLoopback(address)).Select(address => address.Host.ToLowerInvariant()));
        _origins = [.. options.AllowedOrigins.Select(origin => origin.TrimEnd('/').ToLowerInvariant())];
    }

    /// <summary>Whether nobody on another machine can reach the hub.</summary>
    public bool OnlyLoopback { get; }

    /// <summary>Whether a request is addressed to the hub by a name of its own.</summary>
    public bool AllowsHost(HttpContext context)
    {
        var (host, port, secure) = (context.Request.Host, context.Connection.LocalPort, context.Request.IsHttps);
        if (_allowed is not { } allowed || allowed.Host != host || allowed.Port != port || allowed.Secure != secure)
        {
            if (!AllowsHost(context, host))
            {
                return false;
            }

            _allowed = new Asked(host, port, secure);
        }

        return true;
    }

    private bool AllowsHost(HttpContext context, HostString host)
    {
        if (!host.HasValue)
        {
            return false;
        }

        var name = host.Host.ToLowerInvariant();
        if (_hosts.Contains(name) || _hosts.Contains(host.Value.ToLowerInvariant()))
        {
            return true;
        }

        // No page can make a browser send a foreign IP address here, except by being that address.
        var own = name == "localhost" || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && (!OnlyLoopback || IPAddress.IsLoopback(address)));
        // A Unix socket has no port, and no page leads to it.
        return own && (context.Connection.LocalIpAddress is null || (host.Port ?? (context.Request.IsHttps ? 443 : 80)) == context.Connection.LocalPort);
    }

    /// <summary>Whether a request comes from no page, or from a page that may ask.</summary>
    public bool AllowsOrigin(HttpContext context)
    {
        var request = context.Request;
        string? origin = request.Headers.Origin;
        return string.IsNullOrEmpty(origin) ? request.Headers["Sec-Fetch-Site"] != "cross-site" || IsHarmless(request)
            : IsOwn(request, origin) || IsConfigured(origin);
    }

    /// <summary>Whether an origin was configured, so that its pages may read answers, too.</summary>
    public bool IsConfigured(string origin) => _origins.Contains(origin.ToLowerInvariant());

    /// <summary>Whether an address can be reached from the hub's own machine only.</summary>
    public static bool IsLoopback(BindingAddress address) => address.IsUnixPipe || address.IsNamedPipe
        || string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private static bool IsOwn(HttpRequest request, string origin) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);

    /// <summary>A link on a foreign page may lead to the dashboard; nothing there may hold open what waits for events, whatever it accepts.</summary>
    private static bool IsHarmless(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Upgrade.Count == 0 && !request.Path.StartsWithSegments(Events);

    private sealed record Asked(HostString Host, int Port, bool Secure);
}
