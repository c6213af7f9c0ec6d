using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Rollcall.Core;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Tells who may not come in so on a socket, where their protocol wants it there. Nothing that they send is looked at, and
/// they have a place among the connections of their address meanwhile. Safe from any thread.
/// </summary>
internal sealed class SpokenRefusals(SocketProtocols protocols, Door door, TimeProvider time)
{
    /// <summary>How long the other side has to end its connection, and how much it may still say meanwhile.</summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);

    private const int EndBytes = 64 * 1024;

    /// <summary>Tells it; false when the request is to be refused as any other.</summary>
    public async Task<bool> TryTell(HttpContext context, Outcome.Refused refused)
    {
        var request = context.Request;
        if (protocols.Find(request.Path.Value ?? "", request)?.Refuse(request, refused) is not { } told
            || !HttpMethods.IsGet(request.Method) || request.Protocol != HttpProtocol.Http11
            || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade
            || door.Limits.TryEnter(context, null) is not { } place)
        {
            return false;
        }

        using (place)
        {
            if (!Handshake.TryAnswer(request.Headers, context.Response.Headers, compresses: false))
            {
                return false;
            }

            await using var stream = await upgrade.UpgradeAsync();
            await End(stream, told);
            return true;
        }
    }

    /// <summary>A connection closed with unread bytes is reset, and the reset may overtake what was said: it is read to its end.</summary>
    private async Task End(Stream stream, SpokenRefusal told)
    {
        using var timeout = new CancellationTokenSource(EndTimeout, time);
        try
        {
            await stream.WriteAsync(told.Frame, timeout.Token);
            await stream.WriteAsync(WebSocketFrame.Close(1008, told.Reason), timeout.Token);
            var rest = new byte[1024];
            for (int total = 0, read = 1; read > 0 && total < EndBytes; total += read)
            {
                read = await stream.ReadAsync(rest, timeout.Token);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // It is gone already, or does not answer.
        }
    }
}
