using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>
/// One Phoenix client: reads its messages one after the other and keeps what it joined. Everything it is told goes
/// through its outlet.
/// </summary>
internal sealed partial class PhoenixConnection(
    WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates, SocketParts parts)
{
    /// <summary>Bytes of one message over all fragments.</summary>
    private const int MaxMessage = 64 * 1024;

    /// <summary>Topics of one connection (<c>docs/protocol.md</c>, Limits).</summary>
    public const int MaxTopics = 128;

    /// <summary>Messages that are not Phoenix's, after which the connection ends.</summary>
    private const int MaxMalformed = 10;

    /// <summary>How long the client has to answer a close.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly WebSocketParser _parser = new(MaxMessage, deflates);
    private readonly PhoenixChannels _channels = new();
    private int _malformed;

    private SessionHub Hub => parts.Hub;

    /// <summary>Serves the client until it or the hub ends the connection.</summary>
    public async Task Run()
    {
        try
        {
            while (true)
            {
                if (_parser.IsEmpty)
                {
                    // Between messages no buffer is held: an empty read waits.
                    await transport.Read(Memory<byte>.Empty).ConfigureAwait(false);
                }

                var read = await transport.Read(_parser.Room()).ConfigureAwait(false);
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
            await Leave().ConfigureAwait(false);
        }
    }

    private async ValueTask Leave()
    {
        foreach (var channel in _channels.All)
        {
            outlet.Stop(channel.Subscription);
            await Disown(channel, true).ConfigureAwait(false);
        }

        await transport.End().ConfigureAwait(false);
        outlet.Dispose();
        _parser.End();
    }

    /// <summary>Handles every message that is whole; false when the connection ends with one.</summary>
    private async ValueTask<bool> HandleArrived()
    {
        try
        {
            while (_parser.TryRead(out var message))
            {
                switch (message.Opcode)
                {
                    case Opcode.Close:
                        await Close(message.Payload.Length < 2 ? 1000 : BinaryPrimitives.ReadUInt16BigEndian(message.Payload.Span), "").ConfigureAwait(false);
                        return false;
                    case Opcode.Ping:
                        outlet.Send(WebSocketFrame.Pong(message.Payload.Span));
                        break;
                    case Opcode.Pong:
                        continue;
                    default:
                        await Handle(message).ConfigureAwait(false);
                        break;
                }

                await outlet.RoomToRead().ConfigureAwait(false);
            }

            return true;
        }
        catch (WebSocketViolation violation)
        {
            await Close(violation.Code, violation.Message).ConfigureAwait(false);
            return false;
        }
    }

    private async ValueTask Close(int code, string reason)
    {
        outlet.Close(code, reason);
        await Task.WhenAny(transport.Closed, Task.Delay(CloseTimeout, parts.Time)).ConfigureAwait(false);
    }

    private ValueTask Handle(WebSocketMessage message)
    {
        var parsed = message.Opcode == Opcode.Text
            ? PhoenixMessage.Parse(message.Payload, out var wrong)
            : PhoenixMessage.ParseBinary(message.Payload.Span, out wrong);
        if (parsed is not null)
        {
            return Handle(parsed);
        }

        Malformed(wrong!);
        return ValueTask.CompletedTask;
    }

    private void Malformed(string wrong)
    {
        if (++_malformed >= MaxMalformed)
        {
            throw new WebSocketViolation(1008, "too many messages that are not Phoenix Channels V2");
        }

        Reply(null, null, "phoenix", false, PhoenixCodec.Refusal(ErrorCodes.InvalidRequest, wrong));
    }

    private ValueTask Handle(PhoenixMessage message)
    {
        switch (message)
        {
            case { Topic: "phoenix", Event: "heartbeat" }:
                Reply(null, message.Ref, message.Topic, true, "{}"u8.ToArray());
                return ValueTask.CompletedTask;
            case { Payload.ValueKind: not (JsonValueKind.Object or JsonValueKind.Undefined) }:
                Reply(message.JoinRef, message.Ref, message.Topic, false, PhoenixCodec.Refusal(
                    ErrorCodes.InvalidRequest, "payload must be a JSON object"));
                return ValueTask.CompletedTask;
            case { Event: "phx_join" }:
                return Join(message);
            case { Event: "phx_leave" }:
                return Leave(message);
            default:
                Push(message);
                return ValueTask.CompletedTask;
        }
    }

    private async ValueTask Leave(PhoenixMessage message)
    {
        var channel = _channels.Find(message.Topic);
        if (channel is not null)
        {
            if (message.JoinRef is not null && message.JoinRef != channel.JoinRef)
            {
                // Of an earlier join, which was closed when this one took its place.
                return;
            }

            _channels.Remove(channel);
            outlet.Stop(channel.Subscription);
            await Disown(channel, false).ConfigureAwait(false);
        }

        Reply(message.JoinRef, message.Ref, message.Topic, true, "{}"u8.ToArray());
        if (channel is not null)
        {
            outlet.Send(PhoenixCodec.ChannelClose(channel.JoinRef, message.Topic));
        }
    }

    private void Push(PhoenixMessage message)
    {
        if (_channels.Find(message.Topic) is not { Ended: false } channel)
        {
            Reply(null, message.Ref, message.Topic, false, PhoenixCodec.Refusal(
                ErrorCodes.NotFound, $"{message.Topic} is not joined", "unmatched topic"));
        }
        else if (message.JoinRef is null || message.JoinRef == channel.JoinRef)
        {
            _ = Answer(message, parts.Pushes.Handle(principal, channel, message));
        }
    }

    /// <summary>Replies when the effect is durable; the next message is read meanwhile.</summary>
    private async Task Answer(PhoenixMessage message, ValueTask<PushAnswer> pending)
    {
        var answer = await pending.ConfigureAwait(false);
        Reply(message.JoinRef, message.Ref, message.Topic, answer.Ok, answer.Response);
    }

    private void Reply(string? joinRef, string? reference, string topic, bool ok, ReadOnlyMemory<byte> response) =>
        outlet.Send(PhoenixCodec.Reply(joinRef, reference, topic, ok, response));

    private async ValueTask Disown(PhoenixChannel channel, bool lost)
    {
        if (channel.Owner is { } owner)
        {
            await Hub.Disown(channel.Topic.Subject, owner, lost).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A socket of {Principal} is gone: {Why}")]
    private static partial void LogGone(ILogger logger, string principal, string why);
}

/// <summary>What every connection needs of its surroundings.</summary>
internal sealed record SocketParts(
    SessionHub Hub, ILog Log, Door Door, ClientPushes Pushes, FeatureFlags Flags, bool Compresses, TimeProvider Time, ILogger Logger);
