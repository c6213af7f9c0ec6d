using System.Text.Json;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>Joining a topic: everything is checked before anything is subscribed.</summary>
internal sealed partial class PhoenixConnection
{
    private async ValueTask Join(PhoenixMessage message)
    {
        if (message.PayloadWrong is not null || message.Payload.ValueKind != JsonValueKind.Object)
        {
            await RefuseAtOnce(message, ErrorCodes.InvalidRequest, message.PayloadWrong ?? PhoenixMessage.NoObject).ConfigureAwait(false);
            return;
        }

        var request = JoinRequest.Parse(message.Payload, out var wrong);
        if (protocol.Find(message.Topic) is not var (topic, family))
        {
            await RefuseAtOnce(message, ErrorCodes.NotFound, $"there is no topic {message.Topic}", "unmatched topic").ConfigureAwait(false);
        }
        else if (request is null)
        {
            await RefuseAtOnce(message, ErrorCodes.InvalidRequest, wrong!).ConfigureAwait(false);
        }
        else if (_channels.Find(message.Topic) is null && !await HasRoom().ConfigureAwait(false))
        {
            await RefuseAtOnce(message, ErrorCodes.RateLimited, $"at most {MaxTopics} topics may be joined", "too many channels joined").ConfigureAwait(false);
        }
        else if (Door.Allows(Principal, topic, request.AsOwner) is { } refused)
        {
            await RefuseAtOnce(message, refused.Code, refused.Message).ConfigureAwait(false);
        }
        else if (topic.Kind == TopicKind.Session && await Missing(topic, request).ConfigureAwait(false) is { } missing)
        {
            await RefuseAtOnce(message, missing.Code, missing.Message).ConfigureAwait(false);
        }
        else
        {
            await Subscribe(message, topic, family, request).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whether one more topic may be joined. Those that the hub closed take no room: the official client never leaves them. What was pushed on
    /// them is answered before they are forgotten, so that replies stay in order.
    /// </summary>
    private async ValueTask<bool> HasRoom()
    {
        if (_channels.All.Length >= MaxTopics && Array.FindAll(_channels.All, channel => channel.Ended) is { Length: > 0 } ended)
        {
            await Task.WhenAll(ended.Select(channel => channel.Answered)).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            Array.ForEach(ended, _channels.Remove);
        }

        return _channels.All.Length < MaxTopics;
    }

    private async ValueTask<Outcome.Refused?> Missing(Topic topic, JoinRequest request)
    {
        var (session, unread) = await Read(Parts.Door.Find(Principal, topic.Subject)).ConfigureAwait(false);
        return unread is not null ? unread
            : session is null ? new(ErrorCodes.NotFound, $"session {topic.Subject} does not exist")
            : request.AsOwner && !session.View.IsLive ? new(ErrorCodes.Conflict, $"session {topic.Subject} has ended")
            : null;
    }

    /// <summary>What is read from the log; where it cannot be, that refuses the join, and nothing else of the connection.</summary>
    private async ValueTask<(T? Read, Outcome.Refused? Unread)> Read<T>(ValueTask<T?> reading)
        where T : class
    {
#pragma warning disable CA1031
        try
        {
            return (await reading.ConfigureAwait(false), null);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogUnread(Parts.Logger, failure);
            return (null, new Outcome.Refused(ErrorCodes.Unavailable, "the log could not be read"));
        }
#pragma warning restore CA1031
    }

    private async ValueTask Subscribe(PhoenixMessage message, Topic topic, TopicFamily family, JoinRequest request)
    {
        var events = family.Events(topic) ?? (Parts.Flags.Current.SelectiveSubscriptions ? request.Events : null);
        var selection = new Selection([topic], events, Principal.Projects);
        var after = request.Epoch == Parts.Log.Epoch ? request.After : null;
        var replaced = _channels.Find(message.Topic);
        if (replaced is not null)
        {
            _channels.Remove(replaced);
            Outlet.Stop(replaced.Subscription);

            if (request.AsOwner)
            {
                // Who joins as the owner again does not give it up.
                replaced.Words?.Keep();
            }
            else
            {
                await Disown(replaced, lost: false).ConfigureAwait(false);
            }
        }

        var attachment = Hub.Fanout.Attach(Outlet, selection, family.Codec(Deflates), message.JoinRef, after);
        var channel = new PhoenixChannel(message.Topic, attachment.Subscription)
        {
            // Whoever is gone before it is answered has owned the session until then.
            Owner = request.AsOwner ? replaced?.Owner : null,
            Answered = replaced?.Answered ?? Task.CompletedTask,
        };
        _channels.Add(channel);
        var (snapshot, unread) = attachment.Resumed || !request.Snapshot ? (null, null) : await Read(Describe()).ConfigureAwait(false);
        if (unread is not null)
        {
            await Refuse(unread).ConfigureAwait(false);
            return;
        }

        var reply = PhoenixCodec.JoinReply(
            message.JoinRef, message.Ref, message.Topic, snapshot, Parts.Log.Epoch, attachment.View.Seq, attachment.Resumed);
        var frames = Deflates ? DeflatingCodec.Instance.Packed(reply, snapshot) : reply;
        if (!request.AsOwner)
        {
            Answer();
        }
        else if ((Outlet.IsExpelled ? Door.Revoked : await Own(channel, Answer).ConfigureAwait(false)) is { } refused)
        {
            await Refuse(refused).ConfigureAwait(false);
            return;
        }

        if (attachment.Resumed && Hub.Fanout.Aggregate(attachment) is { } aggregate)
        {
            Outlet.Send(aggregate);
        }

        Outlet.Start(attachment.Subscription);

        async ValueTask<Snapshot?> Describe() => await Hub.Fanout.Describe(attachment.Subscription).ConfigureAwait(false);

        async ValueTask Refuse(Outcome.Refused refused)
        {
            _channels.Remove(channel);
            Outlet.Stop(channel.Subscription);
            if (replaced is not null && request.AsOwner)
            {
                // The join before is over, and this one failed: the session has its grace.
                await Disown(replaced, lost: true).ConfigureAwait(false);
            }

            await channel.Answered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            RefuseJoin(message, refused.Code, refused.Message);
            CloseReplaced();
        }

        void Answer()
        {
            Outlet.Send(frames);
            CloseReplaced();
            if (replaced?.Words is { } before)
            {
                channel.Words?.TakeOver(before);
            }
        }

        void CloseReplaced()
        {
            if (replaced is not null)
            {
                End(replaced);
            }
        }
    }

    /// <summary>Owns the channel's session; answered when that is durable: who has heard that it joined may rely on it, and hears it before it is asked anything.</summary>
    private ValueTask<Outcome.Refused?> Own(PhoenixChannel channel, Action answer) =>
        Hub.Own(channel.Topic.Subject, channel.Owner = OwnerOf(channel), answer);

    private Owner OwnerOf(PhoenixChannel channel) => new((channel.Words = new PhoenixOwner(Outlet, channel)).Tell, () => End(channel))
    {
        Key = Principal == Principal.Local ? null : Principal.Id,
        Projects = Principal.Projects,
        Since = Parts.Time.GetUtcNow(),
    };

    /// <summary>Tells the client that the hub closed a channel from its side, unless it has been told.</summary>
    private void End(PhoenixChannel channel)
    {
        if (channel.End())
        {
            Outlet.Stop(channel.Subscription);
            Outlet.Send(PhoenixCodec.ChannelClose(channel.JoinRef, channel.Name));
        }
    }

    /// <summary>Refuses a join before anything of it began; the topic's join before is over all the same, as the client takes it to be.</summary>
    private async ValueTask RefuseAtOnce(PhoenixMessage message, string code, string text, string? reason = null)
    {
        var replaced = _channels.Find(message.Topic);
        if (replaced is not null)
        {
            _channels.Remove(replaced);
            Outlet.Stop(replaced.Subscription);
            await Disown(replaced, lost: true).ConfigureAwait(false);
            await replaced.Answered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        RefuseJoin(message, code, text, reason);
        if (replaced is not null)
        {
            End(replaced);
        }
    }

    /// <summary>The error, and then the close without which the official client would ask for ever; it is to ask again where that may help.</summary>
    private void RefuseJoin(PhoenixMessage message, string code, string text, string? reason = null)
    {
        Reply(message.JoinRef, message.Ref, message.Topic, false, PhoenixCodec.Refusal(code, text, reason));
        if (code != ErrorCodes.Unavailable)
        {
            Outlet.Send(PhoenixCodec.ChannelClose(message.JoinRef, message.Topic));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A topic could not be joined: the log could not be read")]
    private static partial void LogUnread(ILogger logger, Exception failure);
}
