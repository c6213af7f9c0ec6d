using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>Subscribing to channels: everything is checked before anything is subscribed.</summary>
internal sealed partial class AgentcmdConnection
{
    private static readonly Denial NoSession = new("Access denied to session", "Session not found", "SESSION_NOT_FOUND");
    private static readonly Denial NoScope = new("Access denied to session", "Unauthorized: the key may not watch", "UNAUTHORIZED");
    private static readonly Denial NoProject = new("Access denied to project");
    private static readonly Denial TooMany = new($"At most {PhoenixConnection.MaxTopics} channels may be subscribed");

    /// <summary>Each channel is answered for itself, on <c>global</c>: those that are granted first.</summary>
    private async ValueTask Subscribe(List<string> channels)
    {
        List<(string Channel, Denial Why)> denied = [];
        foreach (var channel in channels)
        {
            var topic = Topic.Parse(channel) is { Kind: TopicKind.Session or TopicKind.Project } known ? known : null;
            var (session, why) = channel == AgentcmdFrames.Global ? (null, null)
                : topic is null ? (null, new Denial($"Invalid channel ID format: {channel}"))
                : await Check(topic).ConfigureAwait(false);
            if (why is not null)
            {
                denied.Add((channel, why));
            }
            else if (topic is null)
            {
                Outlet.Send(AgentcmdFrames.Acknowledged(channel));
            }
            else if (await Hear(topic, session, AgentcmdFrames.Acknowledged(channel)).ConfigureAwait(false) is { } gone)
            {
                denied.Add((channel, gone));
            }
        }

        denied.ForEach(one => Outlet.Send(AgentcmdFrames.Denied(one.Channel, one.Why.OnGlobal)));
    }

    private async ValueTask SubscribeSession(Topic topic)
    {
        var acknowledgement = AgentcmdFrames.Of(topic.Name, "subscribe_success", json => json.WriteString("channel", topic.Name));
        var (session, why) = await Check(topic).ConfigureAwait(false);
        if ((why ?? await Hear(topic, session, acknowledgement).ConfigureAwait(false)) is { } denied)
        {
            Outlet.Send(AgentcmdFrames.SessionError(topic.Subject, denied.OnSession ?? denied.OnGlobal, denied.Code));
        }
    }

    /// <summary>The session of a session's channel, and why a channel may not be subscribed to; null when it may.</summary>
    private async ValueTask<(Session? Session, Denial? Why)> Check(Topic topic)
    {
        var isSession = topic.Kind == TopicKind.Session;
        if (Door.Allows(Principal, topic, owner: false) is not null)
        {
            return (null, isSession ? NoScope : NoProject);
        }

        if (_channels.Count >= PhoenixConnection.MaxTopics && !_channels.ContainsKey(topic.Name))
        {
            return (null, TooMany);
        }

        if (isSession)
        {
            var session = await Parts.Door.Find(Principal, topic.Subject).ConfigureAwait(false);
            return (session, session is null ? NoSession : null);
        }

        var any = await Parts.Log.List(new SessionQuery
        {
            Project = topic.Subject, Limit = 1, Statuses = Enum.GetValues<SessionStatus>(), Visible = Principal.Projects,
        }).ConfigureAwait(false);
        return (null, any.Total == 0 ? NoProject : null);
    }

    /// <summary>
    /// Subscribes to a channel that may be, unless it is already, and then says so. Of a session its state is told as of this
    /// moment, so that who comes back is right at once; what happens from now on follows. Gives why not where the session has become
    /// one of another project since it was checked.
    /// </summary>
    private async ValueTask<Denial?> Hear(Topic topic, Session? session, ReadOnlyMemory<byte> acknowledgement)
    {
        var begun = _channels.ContainsKey(topic.Name) ? null
            : Hub.Fanout.Attach(Outlet, new Selection([topic], AgentcmdWords.Known, Principal.Projects), codec, null, null);
        var now = session is null ? null : await Now(session, begun?.View ?? Hub.View).ConfigureAwait(false);
        if (session is not null && now is null)
        {
            if (begun is not null)
            {
                Outlet.Stop(begun.Subscription);
            }

            return NoSession;
        }

        Outlet.Send(acknowledgement);
        if (now is not null)
        {
            Outlet.Send(AgentcmdCodec.State(now.View));
        }

        if (begun is not null)
        {
            _channels[topic.Name] = begun.Subscription;
            Outlet.Start(begun.Subscription);
        }

        return null;
    }

    /// <summary>A session that was checked, as of a view; null when it is a life now that may not be seen.</summary>
    private async ValueTask<Session?> Now(Session known, FleetView view)
    {
        if (view.Live.TryGetValue(known.View.Id, out var live))
        {
            return Principal.Sees(live.View.Project) ? live : null;
        }

        // It may have ended after it was checked, and before its end would have been heard.
        return known.View.IsLive ? await Parts.Door.Find(Principal, known.View.Id).ConfigureAwait(false) : known;
    }

    private void Unsubscribe(List<string> channels)
    {
        foreach (var channel in channels)
        {
            Unsubscribe(channel);
            Outlet.Send(AgentcmdFrames.Acknowledged(channel));
        }
    }

    private void Unsubscribe(string channel)
    {
        if (_channels.Remove(channel, out var subscription))
        {
            Outlet.Stop(subscription);
        }
    }

    /// <summary>Why a channel may not be subscribed to: in an answer on <c>global</c>, and on a session's own channel.</summary>
    private sealed record Denial(string OnGlobal, string? OnSession = null, string? Code = null);
}
