using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Orc;

/// <summary>One client of orc's, and the one thing it is subscribed to.</summary>
internal sealed class OrcConnection(
    WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates, SocketParts parts, OrcCodec codec)
    : SocketConnection(transport, outlet, principal, deflates, parts)
{
    private Subscription? _subscription;

    protected override ValueTask Leave()
    {
        Unsubscribe();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask Handle(WebSocketMessage message)
    {
        switch (OrcMessage.Parse(message.Payload))
        {
            case null:
                return Refuse("invalid message format");
            case { Type: "subscribe", TaskId: "" }:
                return Refuse("task_id required for subscribe (use \"*\" for all tasks)");
            case { Type: "subscribe", TaskId: var id }:
                return Subscribe(id);
            case { Type: "unsubscribe" }:
                Unsubscribe();
                return ValueTask.CompletedTask;
            case { Type: "command", TaskId: "" }:
                return Refuse("task_id required for command");
            case { Type: "command", TaskId: var id, Action: var action }:
                return Command(id, action);
            case { Type: "ping" }:
                Outlet.Send(OrcFrames.Pong);
                return ValueTask.CompletedTask;
            case { Type: var type }:
                return Refuse($"unknown message type: {type}");
        }
    }

    /// <summary>Everything is checked before anything is subscribed; who may not, keeps what it had.</summary>
    private async ValueTask Subscribe(string id)
    {
        var topic = id == Topic.Wildcard ? Topic.Parse(id) : Topic.Parse($"session:{id}");
        if (topic is not null && Door.Allows(Principal, topic, owner: false) is { } refused)
        {
            await Refuse(refused.Message).ConfigureAwait(false);
        }
        else if (topic is null || (topic.Kind == TopicKind.Session && await Parts.Door.Find(Principal, id).ConfigureAwait(false) is null))
        {
            await Refuse(Missing(id)).ConfigureAwait(false);
        }
        else
        {
            Unsubscribe();
            var attachment = Hub.Fanout.Attach(Outlet, new Selection([topic], OrcWords.Known, Principal.Projects), codec, null, null);
            _subscription = attachment.Subscription;
            Outlet.Send(OrcFrames.Subscribed(id));
            if (Hub.Fanout.Aggregate(attachment) is { } aggregate)
            {
                Outlet.Send(aggregate);
            }

            Outlet.Start(_subscription);
        }
    }

    private void Unsubscribe()
    {
        if (_subscription is { } subscription)
        {
            Outlet.Stop(subscription);
            _subscription = null;
        }
    }

    private async ValueTask Command(string id, string action)
    {
        var done = action switch { "pause" => "paused", "resume" => "resumed", "cancel" => "cancelled", _ => null };
        var refused = done is null ? $"unknown action: {action}"
            : Parts.Door.AllowsPush(Principal, action)?.Message
            ?? (await Parts.Door.Find(Principal, id).ConfigureAwait(false) is null ? Missing(id) : null);
        if (refused is null && await WordsForOwners.Tell(Hub, Principal, id, action, "{}"u8.ToArray()).ConfigureAwait(false) is Outcome.Refused why)
        {
            refused = why.Message;
        }

        Outlet.Send(refused is null ? OrcFrames.CommandResult(action, id, done!) : OrcFrames.Error(refused));
    }

    private static string Missing(string id) => $"task {id} does not exist";

    private ValueTask Refuse(string error)
    {
        Outlet.Send(OrcFrames.Error(error));
        return ValueTask.CompletedTask;
    }
}
