using System.Net.WebSockets;
using Rollcall.Client;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>Those who report, each a loop that goes on whatever happens to the hub, and remembers what it was promised.</summary>
internal sealed class Reporters(Uri hub, Promises promises)
{
    /// <summary>The session that the owner's socket reports for.</summary>
    public const string Owned = "owned";

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(2);

    private int _marks;

    /// <summary>Runs them until the token says so.</summary>
    public Task Run(CancellationToken stop) => Task.WhenAll(
        Singly("single-a", stop), Singly("single-b", stop), Batched(stop), Owning(stop));

    /// <summary>One command after the other, each in a request of its own.</summary>
    private async Task Singly(string name, CancellationToken stop)
    {
        using var client = new HubClient(hub, timeout: TimeSpan.FromSeconds(5));
        for (var life = 0; !stop.IsCancellationRequested; life++)
        {
            var id = $"{name}-{life}";
            await Try(client, id, stop, new CreateSession { SessionId = id, Project = name });
            for (var i = 0; i < 20; i++)
            {
                await Try(client, id, stop, new AppendOutput { SessionId = id, Text = Mark() });
                await Try(client, id, stop, new UpdateSession { SessionId = id, Name = Mark() });
            }

            await Try(client, id, stop, new TerminateSession { SessionId = id, Reason = TerminationReason.Completed });
        }
    }

    /// <summary>Many commands in one request.</summary>
    private async Task Batched(CancellationToken stop)
    {
        using var client = new HubClient(hub, timeout: TimeSpan.FromSeconds(5));
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var id = $"batched-{i}";
            var task = $"task-{i}";
            await Try(client, id, stop, [
                new CreateSession { SessionId = id },
                .. Enumerable.Range(0, 10).Select(_ => new AppendOutput { SessionId = id, Text = Mark() }),
                new StartTask { SessionId = id, TaskId = task },
                new ReportUsage { SessionId = id, InputTokens = 7, OutputTokens = 3 },
                new CompleteTask { SessionId = id, TaskId = task },
                new TerminateSession { SessionId = id },
            ]);
        }
    }

    /// <summary>The owner of a session over its socket, which comes back by itself.</summary>
    private async Task Owning(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = new HubClient(hub);
                await client.Send([new CreateSession { SessionId = Owned }], stop);
                await using var connection = await RollcallConnection.Connect(new ConnectionOptions
                {
                    Hub = hub, FirstRetry = TimeSpan.FromMilliseconds(50), LastRetry = TimeSpan.FromMilliseconds(300), PushTimeout = TimeSpan.FromSeconds(5),
                }, stop);
                await using var topic = connection.Join("session:" + Owned, new JoinOptions { AsOwner = true, Snapshot = false, Events = ["error"] });
                while (!stop.IsCancellationRequested)
                {
                    await Report(topic, new AppendOutput { Text = Mark() }, stop);
                    await Report(topic, new UpdateSession { Name = Mark() }, stop);
                }
            }
            catch (Exception lost) when (lost is HttpRequestException or WebSocketException or RefusedException or OperationCanceledException)
            {
                await Pause(stop);
            }
        }
    }

    private async Task Report(TopicSubscription topic, Command command, CancellationToken stop)
    {
        try
        {
            var seq = await topic.Report(command, stop);
            promises.Add(PromiseOf(command with { SessionId = Owned }, seq));
            await Task.Delay(Breath, TimeProvider.System, stop);
        }
        catch (Exception lost) when (lost is ConnectionLostException or TimeoutException or OperationCanceledException)
        {
            await Pause(stop);
        }
    }

    private async Task Try(HubClient client, string id, CancellationToken stop, params Command[] commands)
    {
        try
        {
            var answers = await client.Send(commands, stop);
            foreach (var (command, answer) in commands.Zip(answers).Where(pair => pair.Second.Ok))
            {
                promises.Add(PromiseOf(command with { SessionId = id }, answer.Seq));
            }

            // Enough that every kill hits something under way; the machine has other tests to run.
            await Task.Delay(Breath, TimeProvider.System, stop);
        }
        catch (Exception lost) when (lost is HttpRequestException or RefusedException or OperationCanceledException)
        {
            await Pause(stop);
        }
    }

    /// <summary>What the command's last event must be (the table of <c>docs/session-lifecycle.md</c>).</summary>
    private static Promise PromiseOf(Command command, long seq) => command switch
    {
        CreateSession => new(seq, "session_status", command.SessionId, null),
        AppendOutput output => new(seq, "stream_output", command.SessionId, output.Text),
        UpdateSession update => new(seq, "session_updated", command.SessionId, update.Name.Value),
        StartTask or CompleteTask or ReportUsage => new(seq, "session_updated", command.SessionId, null),
        TerminateSession => new(seq, "session_terminated", command.SessionId, null),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
    };

    private string Mark() => Promise.MarkOf(Interlocked.Increment(ref _marks));

    private static async Task Pause(CancellationToken stop)
    {
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, stop);
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }
}
