using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>The sub-agents and background tasks of one session, each a task of it by its id. Not synchronised.</summary>
internal sealed class SubAgents
{
    /// <summary>A background task in one of these is no longer running.</summary>
    private static readonly HashSet<string> Over =
        new(StringComparer.OrdinalIgnoreCase) { "completed", "failed", "killed", "stopped", "cancelled", "canceled", "done", "error" };

    private Recent<bool> _running = new(Trail.RememberedIds);
    private Recent<bool> _stopped = new(Trail.RememberedIds);

    public bool IsStopped(string id) => _stopped.Contains(id);

    /// <summary>Notes a task that runs; false when its end was heard before its beginning.</summary>
    public bool Start(string id)
    {
        if (_stopped.Contains(id))
        {
            return false;
        }

        _running.Set(id, true);
        return true;
    }

    public void Stop(string id)
    {
        _running.Remove(id);
        _stopped.Set(id, true);
    }

    /// <summary>
    /// The commands after which exactly the listed tasks run. They repeat what may have been lost on the way, which
    /// the hub does not count twice.
    /// <code>[{"id":"b3f1","type":"shell","status":"running","description":"npm run dev","command":"npm run dev"}]</code>
    /// </summary>
    public IEnumerable<Command> Reconcile(string sessionId, JsonElement backgroundTasks)
    {
        var listed = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var task in backgroundTasks.EnumerateArray())
        {
            if (HookText.Id(task.String("id")) is { } id
                && listed.Count < Trail.RememberedIds && !Over.Contains(task.String("status") ?? "running"))
            {
                listed[id] = HookText.Cut(task.String("description") ?? task.String("name"), Wire.MaxNameLength);
            }
        }

        foreach (var gone in StopAll(sessionId, listed.Keys))
        {
            yield return gone;
        }

        foreach (var (id, name) in listed.Where(task => Start(task.Key)))
        {
            yield return new StartTask { SessionId = sessionId, TaskId = id, Name = name };
        }
    }

    /// <summary>Ends every task that runs, but those that are to be kept.</summary>
    public IEnumerable<Command> StopAll(string sessionId, IReadOnlyCollection<string>? kept = null)
    {
        foreach (var id in _running.NewestFirst.Select(entry => entry.Key).Where(id => kept?.Contains(id) != true).ToList())
        {
            Stop(id);
            yield return new CompleteTask { SessionId = sessionId, TaskId = id };
        }
    }

    public SubAgents Copy() => new() { _running = _running.Copy(), _stopped = _stopped.Copy() };
}
