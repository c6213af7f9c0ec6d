using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>
/// Commands that came in together and enter the hub's queue together, so that they are decided, stored and told as one
/// batch. Each stands for itself and is answered for itself. Used by one reader.
/// </summary>
public sealed class Gathering
{
    /// <summary>So many wait for each other at most: the writer can begin with them while more are read.</summary>
    private const int Most = 64;

    private readonly SessionHub _hub;
    private readonly IReadOnlySet<string>? _projects;
    private readonly List<Submission.Commands> _gathered = [];

    internal Gathering(SessionHub hub, IReadOnlySet<string>? projects) => (_hub, _projects) = (hub, projects);

    /// <summary>
    /// Gives a command, behind those before it; the answer comes when it is durable, some time after <see cref="Submit"/>. It may come on the
    /// thread of the hub's writer: what is done with it must be quick.
    /// </summary>
    public async ValueTask<Outcome> Add(Command command)
    {
        var submission = SessionHub.Prepare([command], null, _projects, _hub.Commands, isBrief: true);
        _gathered.Add(submission);
        if (_gathered.Count == Most)
        {
            Submit();
        }

        return (await submission.Caller.Task.ConfigureAwait(false))[0];
    }

    /// <summary>Lets what was gathered enter the queue; does nothing when nothing was.</summary>
    public void Submit()
    {
        if (_gathered.Count > 0)
        {
            Submission.Commands[] all = [.. _gathered];
            _gathered.Clear();
            _hub.Enqueue(all);
        }
    }
}
