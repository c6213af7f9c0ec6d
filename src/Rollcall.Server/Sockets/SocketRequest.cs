using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Streams;

namespace Rollcall.Server.Sockets;

/// <summary>
/// A request for a WebSocket: an upgrade of HTTP/1.1, or an extended CONNECT of HTTP/2, as browsers send it on a connection that they
/// have already. Disposed of when the socket has ended.
/// </summary>
internal abstract class SocketRequest : IDisposable
{
    private const string WebSocket = "websocket";

    /// <summary>What a request asks for, which need not be a good handshake; null when that is no socket.</summary>
    public static SocketRequest? Of(HttpContext context)
    {
        var (request, features) = (context.Request, context.Features);
        return HttpMethods.IsGet(request.Method) && HttpProtocol.IsHttp11(request.Protocol)
            && features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade ? new Upgrade(context, upgrade)
            : HttpProtocol.IsHttp2(request.Protocol) && features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect
                && string.Equals(connect.Protocol, WebSocket, StringComparison.OrdinalIgnoreCase) ? new ExtendedConnect(context, connect)
            : null;
    }

    /// <summary>Puts the hub's half of the handshake on the answer; false when the client's half is wrong.</summary>
    /// <param name="compresses">Whether an offer of compression may be taken.</param>
    public abstract bool TryAnswer(bool compresses);

    /// <summary>Gives the answer, and the stream of the socket.</summary>
    public abstract ValueTask<Stream> Accept();

    /// <summary>What carries frames over that stream.</summary>
    public abstract StreamTransport Transport(Stream stream, TimeProvider time);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>RFC 6455: the socket has a connection to itself.</summary>
    private sealed class Upgrade(HttpContext context, IHttpUpgradeFeature upgrade) : SocketRequest
    {
        public override bool TryAnswer(bool compresses) => Handshake.TryAnswer(context.Request.Headers, context.Response.Headers, compresses);

        public override async ValueTask<Stream> Accept()
        {
            RequestLimits.LetReadSlowly(context);
            return await upgrade.UpgradeAsync();
        }

        public override StreamTransport Transport(Stream stream, TimeProvider time)
        {
            // What shook hands is through when the stream is given; TLS then takes frames without the web server's buffers.
            var writes = context.Features.Get<ISslStreamFeature>()?.SslStream ?? stream;
            var (between, output) = (context.Features.Get<IConnectionTransportFeature>()?.Transport, context.Features.Get<TlsOutput>());
            return new StreamTransport(stream, writes, context.Connection.RemoteIpAddress, context.Abort, time, TcpProgress.SocketOf(context), between, output);
        }

        public override void Dispose()
        {
        }
    }

    /// <summary>RFC 8441: the socket is one stream of a connection that carries others, which nothing here ends.</summary>
    private sealed class ExtendedConnect(HttpContext context, IHttpExtendedConnectFeature connect) : SocketRequest
    {
        /// <summary>RFC 8441, section 5.1: what the reset of a connection is otherwise.</summary>
        private const int Cancel = 8;

        private readonly RequestAbort _abort = Abort(context.Features.GetRequiredFeature<IHttpResetFeature>());

        public override bool TryAnswer(bool compresses) =>
            Handshake.TryAnswerConnect(context.Request.Headers, context.Response.Headers, compresses);

        /// <summary>What a client says then is a body without an end to the web server, which limits neither its size nor its pace.</summary>
        public override ValueTask<Stream> Accept() => connect.AcceptAsync();

        public override StreamTransport Transport(Stream stream, TimeProvider time) => new(stream, stream, context.Connection.RemoteIpAddress, _abort.Now, time);

        /// <summary>From here on the web server may use its objects for another stream, which is not to be reset.</summary>
        public override void Dispose() => _abort.Over();

        private static RequestAbort Abort(IHttpResetFeature stream) => new(() => stream.Reset(Cancel));
    }
}
