using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>
/// One client of a protocol: reads its messages one after the other, each handled before the next is read, and none
/// read while too many answers wait. Everything it is told goes through its outlet.
/// </summary>
internal abstract partial class SocketConnection(
    WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates, SocketParts parts)
{
    /// <summary>How long the client has to answer a close.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly WebSocketParser _parser = new(Wire.MaxMessageBytes, deflates);

    /// <summary>What is held of a message that was begun; null as long as none had to be waited for that is not small.</summary>
    private UnfinishedInput.Share? _unfinished;

    /// <summary>The way to the client.</summary>
    protected Outlet Outlet => outlet;

    /// <summary>Who the client is.</summary>
    protected Principal Principal => principal;

    /// <summary>Whether compression was negotiated.</summary>
    protected bool Deflates => deflates;

    /// <summary>What every connection needs of its surroundings.</summary>
    protected SocketParts Parts => parts;

    /// <summary>The hub.</summary>
    protected SessionHub Hub => parts.Hub;

    /// <summary>
    /// Whether a message that came alone is handled on the thread that read it (<see cref="SocketThreads"/>): each takes next to no time, or
    /// leaves that thread by itself.
    /// </summary>
    protected virtual bool StaysWhereRead => false;

    /// <summary>Serves the client until it or the hub ends the connection.</summary>
    public async Task Run()
    {
        try
        {
            await Enter().ConfigureAwait(false);
            while (true)
            {
                var (isNew, waited) = (_parser.IsBetweenMessages, false);
                if (_parser.IsEmpty)
                {
                    // Between messages no buffer is held: an empty read waits.
                    var arriving = transport.Read(Memory<byte>.Empty);
                    waited = !arriving.IsCompleted;
                    await arriving.ConfigureAwait(false);
                }

                var read = await transport.Read(_parser.Room()).ConfigureAwait(false);
                if (!(StaysWhereRead && waited && isNew))
                {
                    // Off the sockets' threads; and whoever always has more to say waits for its turn.
                    await Task.Yield();
                }

                if (read == 0)
                {
                    break;
                }

                outlet.Heard();
                _parser.Arrived(read);
                if (!await HandleArrived().ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            LogGone(parts.Logger, principal.Id, gone.Message);
        }
        finally
        {
            if (SocketThreads.MayBeCurrent)
            {
                await Task.Yield();
            }

            try
            {
                Flush();
                await Leave().ConfigureAwait(false);
            }
            finally
            {
                await transport.End().ConfigureAwait(false);
                if (SocketThreads.MayBeCurrent)
                {
                    await Task.Yield();
                }

                outlet.Dispose();
                _parser.End();
                _unfinished?.Dispose();
            }
        }
    }

    /// <summary>Begins what a client has without asking for it.</summary>
    protected virtual ValueTask Enter() => ValueTask.CompletedTask;

    /// <summary>Handles a message, text or binary.</summary>
    /// <exception cref="WebSocketViolation">The connection ends with it.</exception>
    protected abstract ValueTask Handle(WebSocketMessage message);

    /// <summary>Acts on what <see cref="Handle"/> only gathered: nothing more has arrived, or there is something to wait for.</summary>
    protected virtual void Flush()
    {
    }

    /// <summary>Completes when all is answered that was asked so far. Never fails.</summary>
    protected virtual Task Answered => Task.CompletedTask;

    /// <summary>Ends what the client has subscribed to: it is gone.</summary>
    protected abstract ValueTask Leave();

    /// <summary>Handles every message that is whole; false when the connection ends with one.</summary>
    private async ValueTask<bool> HandleArrived()
    {
        try
        {
            while (_parser.TryRead(out var message))
            {
                if (!_parser.IsEmpty && SocketThreads.MayBeCurrent)
                {
                    // More came with it, and as much may have come to each of a thousand others for whom this thread is to read.
                    await Task.Yield();
                }

                switch (message.Opcode)
                {
                    case Opcode.Close:
                        await Close(message.Payload.Length < 2 ? 1000 : BinaryPrimitives.ReadUInt16BigEndian(message.Payload.Span), "").ConfigureAwait(false);
                        return false;
                    case var _ when outlet.IsEnding:
                        continue;
                    case Opcode.Ping:
                        outlet.Send(WebSocketFrame.Pong(message.Payload.Span));
                        break;
                    case Opcode.Pong:
                        continue;
                    default:
                        await Handle(message).ConfigureAwait(false);
                        break;
                }

                var room = outlet.RoomToRead();
                if (!room.IsCompleted)
                {
                    Flush();
                    HoldUnfinished();
                }

                await room.ConfigureAwait(false);
            }

            Flush();
            HoldUnfinished();
            return true;
        }
        catch (WebSocketViolation violation)
        {
            await Close(violation.Code, violation.Message).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Takes account of what is held while the client is waited for.</summary>
    /// <exception cref="WebSocketViolation">It is too much.</exception>
    private void HoldUnfinished()
    {
        var held = _parser.Held;
        if (_unfinished is null && held <= UnfinishedInput.FreeOfEach)
        {
            return;
        }

        _unfinished ??= new UnfinishedInput.Share(() => (parts.Unfinished, UnfinishedInput.HolderOf(principal, transport.Address)));
        if (_unfinished.Hold(held) is { } refused)
        {
            throw new WebSocketViolation(1013, refused.Message);
        }
    }

    private async ValueTask Close(int code, string reason)
    {
        Flush();
        if (Answered is { IsCompleted: false } answered)
        {
            // Who says goodbye behind a push hears what became of it.
            await Task.WhenAny(answered, Task.Delay(CloseTimeout, parts.Time)).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        outlet.Close(code, reason);
        await Task.WhenAny(transport.Closed, Task.Delay(CloseTimeout, parts.Time)).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A socket of {Principal} is gone: {Why}")]
    private static partial void LogGone(ILogger logger, string principal, string why);
}
