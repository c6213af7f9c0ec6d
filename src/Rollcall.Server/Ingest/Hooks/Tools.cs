namespace Rollcall.Server.Ingest.Hooks;

/// <summary>The tools that one session used lately: what runs, what is done, by the tool's id. Not synchronised.</summary>
internal sealed class Tools
{
    private Recent<Use> _uses = new(Trail.RememberedIds);

    public bool Began(ToolCall call) => call.Id is { } id && _uses.Contains(id);

    public bool IsDone(ToolCall call) => call.Id is { } id && _uses.TryUse(id, out var use) && use.DoneAt is not null;

    /// <param name="call">The tool's use.</param>
    /// <param name="asked">Whether its request for permission was heard already.</param>
    public void Begin(ToolCall call, bool asked)
    {
        if (call.Id is { } id)
        {
            _uses.Set(id, new Use(call, null, asked));
        }
    }

    /// <summary>A request for permission was heard of a use that runs.</summary>
    public void Ask(string? id)
    {
        if (id is not null && _uses.TryUse(id, out var use))
        {
            _uses.Set(id, use with { Asked = true });
        }
    }

    /// <param name="call">The tool's use.</param>
    /// <param name="waited">Whether somebody waited for it: then it was asked for, unless its beginning was heard, which says better.</param>
    /// <param name="now">The time of arrival.</param>
    public void Finish(ToolCall call, bool waited, DateTimeOffset now)
    {
        if (call.Id is { } id)
        {
            _uses.Set(id, new Use(call, now, _uses.TryUse(id, out var use) ? use.Asked : waited));
        }
    }

    /// <summary>The id of the running use that a request, which carries none, is about; null when none has its input.</summary>
    public string? Running(ToolCall request) => Find(request, use => use.DoneAt is null)?.Call.Id;

    /// <summary>Whether a request comes after the end of the use it was for: it was overtaken on its way.</summary>
    public bool Overtook(ToolCall request, DateTimeOffset now) =>
        Find(request, _ => true) is { DoneAt: { } done, Asked: false }
        && now - done <= Trail.Reordering
        && Running(request) is null;

    public Tools Copy() => new() { _uses = _uses.Copy() };

    private Use? Find(ToolCall request, Func<Use, bool> fits) => _uses.NewestFirst
        .Select(entry => entry.Value)
        .FirstOrDefault(use => use.Call.Actor == request.Actor && use.Call.Name == request.Name
            && use.Call.Fingerprint == request.Fingerprint && fits(use));

    private sealed record Use(ToolCall Call, DateTimeOffset? DoneAt, bool Asked);
}
