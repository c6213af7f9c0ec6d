using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>One client of agentcmd's, and the channels that it is subscribed to.</summary>
internal sealed partial class AgentcmdConnection(
    WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates, SocketParts parts, AgentcmdCodec codec)
    : SocketConnection(transport, outlet, principal, deflates, parts)
{
    private readonly Dictionary<string, Subscription> _channels = [];

    protected override ValueTask Leave()
    {
        foreach (var subscription in _channels.Values)
        {
            Outlet.Stop(subscription);
        }

        return ValueTask.CompletedTask;
    }

    protected override ValueTask Handle(WebSocketMessage message)
    {
        switch (AgentcmdMessage.Parse(message.Payload))
        {
            case null:
                return Refuse("Failed to process message", "a message must be a JSON object");
            case { Channel: AgentcmdFrames.Global } said:
                return HandleGlobal(said);
            case { Channel: var channel } said when Topic.Parse(channel) is { } topic:
                return topic.Kind switch
                {
                    TopicKind.Session => HandleSession(topic, said),
                    TopicKind.Project => HandleGlobal(said),
                    _ => Unknown(channel),
                };
            case { Channel: var channel }:
                return Unknown(channel);
        }
    }

    /// <summary>What is said on <c>global</c>, or on a project's channel, which is of the same kind.</summary>
    private ValueTask HandleGlobal(AgentcmdMessage said)
    {
        switch (said.Type)
        {
            case "ping":
                Outlet.Send(AgentcmdFrames.Pong(Parts.Time.GetUtcNow()));
                return ValueTask.CompletedTask;
            case "subscribe":
                return Channels(said) is { } wanted ? Subscribe(wanted) : ValueTask.CompletedTask;
            case "unsubscribe":
                Unsubscribe(Channels(said) ?? []);
                return ValueTask.CompletedTask;
            default:
                return ValueTask.CompletedTask;
        }
    }

    private ValueTask HandleSession(Topic topic, AgentcmdMessage said)
    {
        switch (said.Type)
        {
            case "subscribe":
                return SubscribeSession(topic);
            case "unsubscribe":
                Unsubscribe(topic.Name);
                return ValueTask.CompletedTask;
            case "send_message":
                return SendMessage(topic, said);
            case "cancel" or "kill_session":
                return Cancel(topic.Subject);
            default:
                Outlet.Send(AgentcmdFrames.SessionError(topic.Subject, "Unknown session action", null));
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>The channels that a message names; without data a project's channel names itself. Null when they are refused.</summary>
    private List<string>? Channels(AgentcmdMessage said)
    {
        if (said.Data.ValueKind == JsonValueKind.Undefined && said.Channel != AgentcmdFrames.Global)
        {
            return [said.Channel];
        }

        var named = said.Field("channels");
        if (named.ValueKind != JsonValueKind.Array || named.GetArrayLength() > PhoenixConnection.MaxTopics)
        {
            Outlet.Send(AgentcmdFrames.Denied("", named.ValueKind != JsonValueKind.Array
                ? $"Invalid {said.Type} request: channels must be an array"
                : $"Invalid {said.Type} request: at most {PhoenixConnection.MaxTopics} channels"));
            return null;
        }

        return [.. named.EnumerateArray().Select(name => name.ToString())];
    }

    private ValueTask Unknown(string channel) => channel.StartsWith(AgentcmdFrames.Session(""), StringComparison.Ordinal)
        ? Refuse("Invalid session channel", $"Invalid channel format: {channel}")
        : Refuse("Unknown channel", $"Invalid channel format: {channel}");

    private ValueTask Refuse(string error, string message)
    {
        Outlet.Send(AgentcmdFrames.Error(error, message));
        return ValueTask.CompletedTask;
    }
}
