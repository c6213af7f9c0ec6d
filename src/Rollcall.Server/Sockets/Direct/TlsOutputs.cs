using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>Puts a <see cref="TlsOutput"/> below the TLS of every address that is certainly one of TLS.</summary>
internal sealed class TlsOutputs(RollcallOptions options) : IConfigureOptions<KestrelServerOptions>
{
    private readonly IReadOnlyList<BindingAddress> _addresses = [.. options.Urls.Select(BindingAddress.Parse)];

    /// <summary>What is put here stands in front of the web server's own TLS.</summary>
    public void Configure(KestrelServerOptions options) => options.ConfigureEndpointDefaults(endpoint =>
    {
        if (endpoint.IPEndPoint is { } address && IsTls(address))
        {
            endpoint.Use(tls => connection => TlsOutput.Serve(connection, tls));
        }
    });

    /// <summary>Whether every address of this port is one of TLS.</summary>
    internal bool IsTls(IPEndPoint endpoint) =>
        _addresses.Where(address => address.Port == endpoint.Port).ToList() is { Count: > 0 } there
        && there.TrueForAll(address => address.Scheme == Uri.UriSchemeHttps);
}
