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

/// <summary>Makes the listeners. Behind those of addresses that are certainly plain text is a door for the hub's sockets.</summary>
internal sealed class ListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    /// <summary>What the web server may have received of a connection and not read, in bytes; it then lets go of its thread.</summary>
    private const int MostUnread = 16 * 1024;

    private readonly DirectDoor _door;
    private readonly IDirectRequests _requests;
    private readonly IReadOnlyList<BindingAddress> _addresses;
    private readonly bool _onlyAddresses;
    private readonly TimeProvider _time;
    private readonly SocketConnectionContextFactory _plain;
    private readonly SocketConnectionContextFactory _others;
    private readonly SocketTransportOptions _options;

    public ListenerFactory(
        DirectDoor door, IDirectRequests requests, RollcallOptions options, IConfiguration configuration, IOptions<SocketTransportOptions> transport, TimeProvider time, ILoggerFactory loggers)
    {
        (_door, _requests, _time, _options) = (door, requests, time, transport.Value);
        _addresses = [.. options.Urls.Select(BindingAddress.Parse)];
        _onlyAddresses = !configuration.GetSection(Binding.Endpoints).Exists();
        var log = loggers.CreateLogger("Rollcall.Connections");

        // Where the sockets' threads go on themselves, the web server parses on them, too: see Placement.
        _plain = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = SocketThreads.GoOn, MaxReadBufferSize = MostUnread }, log);
        _others = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), log);
    }

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            var socket = _options.CreateBoundListenSocket(endpoint);
            return new(IsPlain(endpoint) ? new Listener(socket, _door, _requests, _plain, _time) : new Listener(socket, null, null, _others, _time));
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(taken.Message, taken);
        }
    }

    public void Dispose()
    {
        _plain.Dispose();
        _others.Dispose();
    }

    /// <summary>Whether every address of this port is a plain-text one: a request in plain text must never get past TLS.</summary>
    internal bool IsPlain(EndPoint endpoint) =>
        _onlyAddresses && endpoint is IPEndPoint ip && _addresses.Where(address => address.Port == ip.Port).All(IsPlain);

    private static bool IsPlain(BindingAddress address) => address.Scheme == Uri.UriSchemeHttp;
}
