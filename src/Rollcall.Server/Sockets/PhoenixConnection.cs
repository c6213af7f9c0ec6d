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
    WebSocketReader reader, Outlet outlet, WebSocketTransport transport, Principal principal, SocketParts parts)
{
    /// <summary>Topics of one connection (<c>docs/protocol.md</c>, Limits).</summary>
    public const int MaxTopics = 128;

    /// <summary>Messages that are not Phoenix's, after which the connection ends.</summary>
    private const int MaxMalformed = 10;

    /// <summary>How long the client has to answer a close.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, PhoenixChannel> _channels = [];
    private int _malformed;

    private SessionHub Hub => parts.Hub;

    /// <summary>Serves the client until it or the hub ends the connection.</summary>
    public async Task Run()
    {
        try
        {
            await ReadAll().ConfigureAwait(false);
        }
        catch (WebSocketViolation violation)
        {
            outlet.Close(violation.Code, violation.Message);
            await Task.WhenAny(transport.Closed.Task, Task.Delay(CloseTimeout, parts.Time)).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            LogGone(parts.Logger, principal.Id, gone.Message);
        }
        finally
        {
            foreach (var channel in _channels.Values)
            {
                outlet.Stop(channel.Subscription);
                await Disown(channel, true).ConfigureAwait(false);
            }

            outlet.Dispose();
            reader.Dispose();
        }
    }

    private async Task ReadAll()
    {
        while (true)
        {
            var message = await reader.Next().ConfigureAwait(false);
            if (message.Opcode == Opcode.Close)
            {
                var code = message.Payload.Length < 2 ? 1000 : (message.Payload.Span[0] << 8) | message.Payload.Span[1];
                outlet.Close(code, "");
                await Task.WhenAny(transport.Closed.Task, Task.Delay(CloseTimeout, parts.Time)).ConfigureAwait(false);
                return;
            }

            var parsed = message.Opcode == Opcode.Text
                ? PhoenixMessage.Parse(message.Payload, out var wrong)
                : PhoenixMessage.ParseBinary(message.Payload.Span, out wrong);
            if (parsed is not null)
            {
                await Handle(parsed).ConfigureAwait(false);
            }
            else
            {
                Malformed(wrong!);
            }

            await outlet.RoomToRead().ConfigureAwait(false);
        }
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
        if (_channels.TryGetValue(message.Topic, out var channel))
        {
            if (message.JoinRef is not null && message.JoinRef != channel.JoinRef)
            {
                // Of an earlier join, which was closed when this one took its place.
                return;
            }

            _channels.Remove(message.Topic);
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
        if (!_channels.TryGetValue(message.Topic, out var channel) || channel.Ended)
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
    SessionHub Hub, ILog Log, Door Door, ClientPushes Pushes, FeatureFlags Flags, TimeProvider Time, ILogger Logger);
