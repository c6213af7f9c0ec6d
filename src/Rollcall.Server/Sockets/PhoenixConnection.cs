using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>One Phoenix client, and what it has joined.</summary>
internal sealed partial class PhoenixConnection(
    WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates, SocketParts parts, PhoenixProtocol protocol)
    : SocketConnection(transport, outlet, principal, deflates, parts)
{
    /// <summary>Topics of one connection (<c>docs/protocol.md</c>, Limits).</summary>
    public const int MaxTopics = 128;

    /// <summary>Messages that are not Phoenix's, after which the connection ends.</summary>
    private const int MaxMalformed = 10;

    /// <summary>Pushes that may wait for their answers; above it nothing more is read.</summary>
    private const int MaxOpen = 1024;

    private readonly PhoenixChannels _channels = new();
    private Gathering? _gathering;
    private int _malformed;
    private int _open;

    /// <inheritdoc/>
    protected override bool StaysWhereRead => !Deflates;

    protected override async ValueTask Leave()
    {
        foreach (var channel in _channels.All)
        {
            Outlet.Stop(channel.Subscription);
            await Disown(channel, lost: true).ConfigureAwait(false);
        }
    }

    protected override Task Answered => Task.WhenAll(_channels.All.Select(channel => channel.Answered));

    protected override void Flush() => _gathering?.Submit();

    protected override ValueTask Handle(WebSocketMessage message)
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
            case { Event: "phx_join" } or { Event: "phx_leave", PayloadWrong: null }:
                Flush();
                return JoinOrLeave(message);
            default:
                return Push(message);
        }
    }

    /// <summary>Takes the time of others who join, and maybe the log's: not on the thread that read it.</summary>
    private async ValueTask JoinOrLeave(PhoenixMessage message)
    {
        if (SocketThreads.MayBeCurrent)
        {
            await Task.Yield();
        }

        if (message.Event == "phx_join")
        {
            await Join(message).ConfigureAwait(false);
        }
        else
        {
            await Leave(message).ConfigureAwait(false);
        }
    }

    private async ValueTask Leave(PhoenixMessage message)
    {
        var channel = _channels.Find(message.Topic);
        Outcome.Refused? unstored = null;
        if (channel is not null)
        {
            if (message.JoinRef is not null && message.JoinRef != channel.JoinRef)
            {
                // Of an earlier join, which was closed when this one took its place.
                return;
            }

            _channels.Remove(channel);
            Outlet.Stop(channel.Subscription);
            unstored = await Disown(channel, lost: false).ConfigureAwait(false);

            // What is read next is not to be handled where the last push was answered.
            await channel.Answered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        Reply(message.JoinRef, message.Ref, message.Topic, unstored is null, unstored is null ? "{}"u8.ToArray() : PhoenixCodec.Refusal(
            unstored.Code, "the topic is left, but that could not be stored: after a restart the hub waits for the session's owner"));
        if (channel is not null)
        {
            Outlet.Send(PhoenixCodec.ChannelClose(channel.JoinRef, message.Topic));
        }
    }

    private ValueTask Push(PhoenixMessage message)
    {
        var (channel, joinRef) = (_channels.Find(message.Topic), message.JoinRef);
        ValueTask<PushAnswer> pending;
        if (message.PayloadWrong is { } wrong)
        {
            pending = new(PushAnswer.Error(ErrorCodes.InvalidRequest, wrong));
        }
        else if (channel is not { Ended: false })
        {
            (joinRef, pending) = (null, new(PushAnswer.Error(ErrorCodes.NotFound, $"{message.Topic} is not joined", "unmatched topic")));
        }
        else if (joinRef is null || joinRef == channel.JoinRef)
        {
            pending = protocol.Pushes.Handle(Principal, channel, message, _gathering ??= Hub.Gather(Principal.Projects));
        }
        else
        {
            return ValueTask.CompletedTask;
        }

        var open = Interlocked.Increment(ref _open);
        var answered = Answer(joinRef, message.Ref, message.Topic, pending, channel?.Answered ?? Task.CompletedTask);
        if (channel is not null)
        {
            channel.Answered = answered;
        }

        return open < MaxOpen ? ValueTask.CompletedTask : CatchUp(answered);
    }

    /// <summary>Replies when the effect is durable, behind what was pushed before on the same topic; the next message is read meanwhile. Never fails.</summary>
    private async Task Answer(string? joinRef, string? reference, string topic, ValueTask<PushAnswer> pending, Task before)
    {
        PushAnswer answer;
#pragma warning disable CA1031 // Whatever fails, whoever pushed is answered, and whoever pushed behind it.
        try
        {
            answer = await pending.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogNotWrittenDown(Parts.Logger, Principal.Id, topic, failure);
            answer = PushAnswer.Error(ErrorCodes.Unavailable, "it was done, but not all of it could be written down; push it again");
        }
#pragma warning restore CA1031

        await before.ConfigureAwait(false);
        Reply(joinRef, reference, topic, answer.Ok, answer.Response);
        Interlocked.Decrement(ref _open);
    }

    /// <summary>Lets nothing more be read until what was pushed on a topic is answered; what is read then is not handled where that was done.</summary>
    private async ValueTask CatchUp(Task answered)
    {
        Flush();
        await answered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    private void Reply(string? joinRef, string? reference, string topic, bool ok, ReadOnlyMemory<byte> response) =>
        Outlet.Send(PhoenixCodec.Reply(joinRef, reference, topic, ok, response));

    [LoggerMessage(Level = LogLevel.Warning, Message = "A push of {Principal} on {Topic} was not written down as a whole")]
    private static partial void LogNotWrittenDown(ILogger logger, string principal, string topic, Exception failure);

    private ValueTask<Outcome.Refused?> Disown(PhoenixChannel channel, bool lost) =>
        channel.Owner is { } owner ? Hub.Disown(channel.Topic.Subject, owner, lost) : default;
}
