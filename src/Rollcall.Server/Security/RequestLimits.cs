using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>What one request may take, before anybody looks at it.</summary>
public static class RequestLimits
{
    /// <summary>Bytes of a request's body (1 MiB).</summary>
    public const int BodyBytes = 1024 * 1024;

    /// <summary>The refusal of a larger one.</summary>
    internal static readonly Outcome.Refused TooLarge = new(ErrorCodes.TooLarge, "the body is larger than the limit");

    /// <summary>Fields of a request's header; the web server's own choice.</summary>
    public const int HeaderFields = 100;

    /// <summary>Levels of JSON in what comes from outside.</summary>
    public const int JsonDepth = 32;

    /// <summary>A client that sends its header more slowly than in 10 s is cut off.</summary>
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    /// <summary>More than the hub takes to notice.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What the kernel may hold of what a connection has not taken; it doubles this for its own account. Left to itself,
    /// it lets a reader that does not read fall behind by megabytes before anybody notices.
    /// </summary>
    private const int SendBuffer = 128 * 1024;

    /// <summary>The fewest bytes a second that a reader takes of what waits for it; the web server's own choice.</summary>
    private const int ReadRate = 240;

    /// <summary>Puts the limits on the server.</summary>
    public static void UseRequestLimits(this IWebHostBuilder web, FanoutOptions fanout) => web
        .ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytes;
            kestrel.Limits.MaxRequestHeaderCount = HeaderFields;
            kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
            kestrel.Limits.MinResponseDataRate = new MinDataRate(ReadRate, Patience(fanout));
        })
        .UseSockets(sockets => sockets.CreateBoundListenSocket = Listen);

    /// <summary>
    /// Leaves it to the hub to tell who reads slowly what it watches from who does not: no number of bytes a second does. Not over HTTP/2, where the limit is its
    /// connection's.
    /// </summary>
    internal static void LetReadSlowly(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } limit)
        {
            limit.MinDataRate = null;
        }
    }

    /// <summary>
    /// How long a reader may take less. One that reads too little ends the whole of its connection, of HTTP/2 all streams: of those the hub has
    /// ended the one socket or stream before.
    /// </summary>
    internal static TimeSpan Patience(FanoutOptions fanout)
    {
        var stalled = fanout.MaxStall + fanout.StallLinger;
        return (stalled > fanout.MaxSilence ? stalled : fanout.MaxSilence) + Margin;
    }

    /// <summary>Connections inherit what is set where they are accepted.</summary>
    private static Socket Listen(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is IPEndPoint)
        {
            socket.SendBufferSize = SendBuffer;
        }

        return socket;
    }
}
