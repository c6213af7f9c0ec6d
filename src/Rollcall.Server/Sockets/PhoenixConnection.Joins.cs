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
        var request = JoinRequest.Parse(message.Payload, out var wrong);
        if (Topic.Parse(message.Topic) is not { } topic)
        {
            RefuseJoin(message, ErrorCodes.NotFound, $"there is no topic {message.Topic}", "unmatched topic");
        }
        else if (request is null)
        {
            RefuseJoin(message, ErrorCodes.InvalidRequest, wrong!);
        }
        else if (_channels.All.Length >= MaxTopics && _channels.Find(topic.Name) is null)
        {
            RefuseJoin(message, ErrorCodes.RateLimited, $"at most {MaxTopics} topics may be joined", "too many channels joined");
        }
        else if (Door.Allows(principal, topic, request.AsOwner) is { } refused)
        {
            RefuseJoin(message, refused.Code, refused.Message);
        }
        else if (topic.Kind == TopicKind.Session && await Missing(topic, request).ConfigureAwait(false) is { } missing)
        {
            RefuseJoin(message, missing.Code, missing.Message);
        }
        else
        {
            await Subscribe(message, topic, request).ConfigureAwait(false);
        }
    }

    private async ValueTask<(string Code, string Message)?> Missing(Topic topic, JoinRequest request)
    {
        return await parts.Door.Find(principal, topic.Subject).ConfigureAwait(false) is not { } session
            ? (ErrorCodes.NotFound, $"session {topic.Subject} does not exist")
            : request.AsOwner && !session.View.IsLive
                ? (ErrorCodes.Conflict, $"session {topic.Subject} has ended")
                : null;
    }

    private async ValueTask Subscribe(PhoenixMessage message, Topic topic, JoinRequest request)
    {
        var selection = new Selection([topic], parts.Flags.Current.SelectiveSubscriptions ? request.Events : null, principal.Projects);
        var after = request.Epoch == parts.Log.Epoch ? request.After : null;
        var replaced = _channels.Find(topic.Name);
        if (replaced is not null)
        {
            _channels.Remove(replaced);
            outlet.Stop(replaced.Subscription);
            await Disown(replaced, false).ConfigureAwait(false);
        }

        var attachment = Hub.Fanout.Attach(outlet, selection, deflates ? DeflatingCodec.Instance : PhoenixCodec.Instance, message.JoinRef, after);
        var channel = new PhoenixChannel(attachment.Subscription);
        _channels.Add(channel);
        var snapshot = attachment.Resumed || !request.Snapshot ? null : await Hub.Fanout.Describe(attachment).ConfigureAwait(false);
        var reply = PhoenixCodec.JoinReply(
            message.JoinRef, message.Ref, topic.Name, snapshot, parts.Log.Epoch, attachment.View.Seq, attachment.Resumed);
        outlet.Send(deflates ? DeflatingCodec.Instance.Packed(reply, snapshot) : reply);
        if (replaced is not null)
        {
            outlet.Send(PhoenixCodec.ChannelClose(replaced.JoinRef, topic.Name));
        }

        if (Hub.Fanout.Aggregate(attachment) is { } aggregate)
        {
            outlet.Send(aggregate);
        }

        outlet.Start(attachment.Subscription);
        if (request.AsOwner)
        {
            channel.Owner = OwnerOf(channel);
            await Hub.Own(topic.Subject, channel.Owner).ConfigureAwait(false);
        }
    }

    private Owner OwnerOf(PhoenixChannel channel) => new(
        (name, payload) => !outlet.IsClosed && outlet.Send(PhoenixCodec.Push(channel.JoinRef, channel.Topic.Name, name, payload)),
        () =>
        {
            channel.Ended = true;
            outlet.Stop(channel.Subscription);
            outlet.Send(PhoenixCodec.ChannelClose(channel.JoinRef, channel.Topic.Name));
        });

    /// <summary>The error, and then the close without which the official client would ask for ever.</summary>
    private void RefuseJoin(PhoenixMessage message, string code, string text, string? reason = null)
    {
        Reply(message.JoinRef, message.Ref, message.Topic, false, PhoenixCodec.Refusal(code, text, reason));
        outlet.Send(PhoenixCodec.ChannelClose(message.JoinRef, message.Topic));
    }
}
