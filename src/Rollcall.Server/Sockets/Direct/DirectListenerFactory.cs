using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>Makes the listeners of addresses that are certainly plain text; the web server's own listens on all others.</summary>
internal sealed class DirectListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    /// <summary>What the web server may have received of a connection and not read, in bytes; it then lets go of its thread.</summary>
    private const int MostUnread = 16 * 1024;

    private readonly DirectDoor _door;
    private readonly IReadOnlyList<BindingAddress> _addresses;
    private readonly bool _onlyAddresses;
    private readonly TimeProvider _time;
    private readonly SocketConnectionContextFactory _contexts;
    private readonly SocketTransportOptions _options;

    public DirectListenerFactory(
        DirectDoor door, RollcallOptions options, IConfiguration configuration, IOptions<SocketTransportOptions> transport, TimeProvider time, ILoggerFactory loggers)
    {
        (_door, _time, _options) = (door, time, transport.Value);
        _addresses = [.. options.Urls.Select(BindingAddress.Parse)];
        _onlyAddresses = !configuration.GetSection(Binding.Endpoints).Exists();
        // Where the sockets' threads go on themselves, the web server parses on them, too: see Placement.
        _contexts = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = SocketThreads.GoOn, MaxReadBufferSize = MostUnread }, loggers.CreateLogger("Rollcall.Connections"));
    }

    /// <summary>Whether every address of this port is a plain-text one: a request in plain text must never get past TLS.</summary>
    public bool CanBind(EndPoint endpoint) =>
        _onlyAddresses && endpoint is IPEndPoint ip && _addresses.Where(address => address.Port == ip.Port).All(IsPlain);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            return new(new DirectListener(_options.CreateBoundListenSocket(endpoint), _door, _contexts, _time));
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(taken.Message, taken);
        }
    }

    public void Dispose() => _contexts.Dispose();

    private static bool IsPlain(BindingAddress address) => address.Scheme == Uri.UriSchemeHttp;
}
