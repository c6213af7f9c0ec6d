using System.Text.Json;
using Rollcall.Client;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Client.Examples;

/// <summary>Tells who becomes what, until it is stopped.</summary>
internal static class WatchFleet
{
    public static async Task Run(Uri hub, TextWriter told, CancellationToken stop)
    {
        await using var connection = await RollcallConnection.Connect(new ConnectionOptions { Hub = hub }, stop);
        await using var sessions = connection.Join("sessions");
        Dictionary<string, SessionStatus> live = [];
        await foreach (var message in sessions.Messages(stop))
        {
            switch (message)
            {
                // The answer to a fresh join; and the state anew, where something was missed that the hub cannot tell any more.
                case TopicMessage.Snapshot { State: { } state }:
                    live = Statuses(state);
                    await told.WriteLineAsync($"{live.Count} sessions are live");
                    break;
                case TopicMessage.Resync { State: var state }:
                    live = Statuses(state);
                    break;
                case TopicMessage.Event { Happened: SessionCreated { Session: var created } }:
                    live[created.Id] = created.Status;
                    break;
                case TopicMessage.Event { Happened: SessionStatusChanged changed }:
                    live[changed.SessionId] = changed.Status;
                    await told.WriteLineAsync($"{changed.SessionId} is {changed.Status}");
                    break;
                case TopicMessage.Event { Happened: SessionTerminated ended }:
                    live.Remove(ended.SessionId);
                    break;
                default:
                    // `Resumed`: what was missed follows. Events that are of no interest here, or not known yet.
                    break;
            }
        }
    }

    private static Dictionary<string, SessionStatus> Statuses(JsonElement state) => state.GetProperty("sessions").EnumerateArray()
        .Select(each => each.Deserialize(ProtocolJson.Default.SessionView)!)
        .ToDictionary(session => session.Id, session => session.Status);
}
