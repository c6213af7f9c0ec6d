using Rollcall.Client;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Client.Examples;

/// <summary>Reports a session as its owner, and does what is asked of it, until that is to stop.</summary>
internal static class OwnSession
{
    public static async Task Run(Uri hub, CancellationToken stop)
    {
        using var api = new HubClient(hub);
        var session = await api.Create(new CreateSession { Name = "Checkout", Project = "shop" }, stop);

        await using var connection = await RollcallConnection.Connect(new ConnectionOptions { Hub = hub }, stop);
        await using var owner = connection.Join($"session:{session.Id}", new JoinOptions { AsOwner = true });
        await owner.Joined.WaitAsync(stop);
        await owner.Report(new ChangeStatus { Status = SessionStatus.Idle }, stop);

        await foreach (var message in owner.Messages(stop))
        {
            switch (message)
            {
                case TopicMessage.Asked { Name: "send_message", Payload: var said }:
                    await owner.Report(new AppendOutput { Text = $"You said: {said.GetProperty("text")}\n" }, stop);
                    break;
                case TopicMessage.Asked { Name: "cancel" }:
                    await owner.Report(new CompleteMessage { Cancelled = true }, stop);
                    await api.Send([new TerminateSession { SessionId = session.Id }], stop);
                    return;
                default:
                    // The session's own events come here, too, and other words: pause, resume, approve, deny.
                    break;
            }
        }
    }
}
