using Microsoft.AspNetCore.Http;
using Rollcall.Core;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Tells who may not come in so on a socket, where their protocol wants it there. Whatever they say is dropped, and they have
/// a place among the connections of their address meanwhile. Safe from any thread.
/// </summary>
internal sealed class SpokenRefusals(SocketProtocols protocols, Door door, TimeProvider time)
{
    /// <summary>Bytes of a message that somebody may still say.</summary>
    private const int MaxMessage = 4 * 1024;

    /// <summary>How long the client has to answer the close.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Tells it; false when the request is to be refused as any other.</summary>
    public async Task<bool> TryTell(HttpContext context, Outcome.Refused refused)
    {
        using var asked = SocketRequest.Of(context);
        if (asked is null || protocols.Find(context.Request.Path.Value ?? "", context.Request)?.Tell(context.Request, refused) is not { } told
            || door.Limits.TryEnter(context, null) is not { } place)
        {
            return false;
        }

        using (place)
        {
            if (!asked.TryAnswer(compresses: false))
            {
                return false;
            }

            await using var stream = await asked.Accept();
            await Tell(stream, told);
            return true;
        }
    }

    /// <summary>A connection ended before its close is answered is reset, and the reset may overtake what was said.</summary>
    private async Task Tell(Stream stream, SpokenRefusal told)
    {
        using var timeout = new CancellationTokenSource(CloseTimeout, time);
        var parser = new WebSocketParser(MaxMessage, inflates: false);
        try
        {
            await stream.WriteAsync(told.Frame, timeout.Token);
            await stream.WriteAsync(WebSocketFrame.Close(1008, told.Reason), timeout.Token);
            while (await stream.ReadAsync(parser.Room(), timeout.Token) is > 0 and var read)
            {
                parser.Arrived(read);
                while (parser.TryRead(out var message))
                {
                    if (message.Opcode == Opcode.Close)
                    {
                        return;
                    }
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or WebSocketViolation)
        {
            // It is gone already, does not answer, or answers nonsense.
        }
        finally
        {
            parser.End();
        }
    }
}
