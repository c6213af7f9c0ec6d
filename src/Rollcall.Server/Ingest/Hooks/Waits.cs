using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>One thing that waits for a person.</summary>
/// <param name="For">What it is.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Actor">The sub-agent that waits, empty for the main one; null when the agent did not say which.</param>
/// <param name="Call">The tool's use that waits; null when the agent did not say which.</param>
/// <param name="Since">Since when.</param>
/// <param name="Restored">Whether it was asked before this hub started, and who asked is not known any more.</param>
internal sealed record Wait(WaitingFor For, string? Text, string? Actor, ToolCall? Call, DateTimeOffset Since, bool Restored = false);

/// <summary>
/// What one session waits for, the oldest first: sub-agents at work side by side may each ask, and the answer to one
/// must not take the others away. Not synchronised.
/// </summary>
internal sealed class Waits
{
    /// <summary>More than anybody looks at; those beyond replace the newest.</summary>
    private const int Most = 16;

    private List<Wait> _waits = [];

    public Wait? First => _waits.Count > 0 ? _waits[0] : null;

    public bool Any(WaitingFor what) => _waits.Exists(wait => wait.For == what);

    public void Add(Wait wait)
    {
        if (wait.Call is { } call)
        {
            _waits.RemoveAll(vague => EndsVaguely(vague, call.Actor) && vague.For == wait.For);
            if (_waits.FindIndex(known => IsSame(known.Call, call)) is var index && index >= 0)
            {
                _waits[index] = _waits[index] with { Call = _waits[index].Call!.Id is null ? call : _waits[index].Call };
                return;
            }
        }

        if (_waits.Count == Most)
        {
            _waits.RemoveAt(Most - 1);
        }

        _waits.Add(wait);
    }

    /// <summary>A report of a tool tells whose a restored wait is, where it is about what was asked.</summary>
    public void Recognise(HookReport report)
    {
        var asked = _waits.FindIndex(wait => wait is { Restored: true, Text: { } text } && HookText.Asked(report, wait.For) == text);
        if (asked >= 0)
        {
            _waits[asked] = _waits[asked] with { Actor = report.Actor, Call = report.Tool with { Id = null }, Restored = false };
        }
    }

    /// <summary>
    /// A tool begins: its own wait learns its id; a wait of the same actor ends, since an actor that waits begins
    /// nothing, except for what it begins side by side with the tool that waits. Whether it has a wait of its own.
    /// </summary>
    public bool Begin(ToolCall call, DateTimeOffset now)
    {
        var own = _waits.FindIndex(wait => wait.Call is { Id: null } && IsSame(wait.Call, call));
        if (own >= 0)
        {
            _waits[own] = _waits[own] with { Call = call };
        }

        _waits.RemoveAll(wait => EndsVaguely(wait, call.Actor)
            || (wait.Actor == call.Actor && !IsSame(wait.Call, call) && now - wait.Since > Trail.Reordering));
        return own >= 0;
    }

    /// <summary>A tool is done, or refused; whether its own wait was among those that this ends.</summary>
    /// <param name="call">The tool's use.</param>
    /// <param name="began">Whether its beginning was heard: then it ran beside a wait, and does not end it.</param>
    public bool Finish(ToolCall call, bool began)
    {
        var own = _waits.RemoveAll(wait => IsSame(wait.Call, call)) > 0;
        _waits.RemoveAll(wait => EndsVaguely(wait, call.Actor)
            || (wait.Actor == call.Actor && wait.Call is { Id: null } asked && (!began || asked.Name == call.Name)));
        return own;
    }

    /// <summary>Ends the waits of one actor, and those of which the agent did not say whose they are.</summary>
    public bool EndOf(string actor) => _waits.RemoveAll(wait => EndsVaguely(wait, actor) || wait.Actor == actor) > 0;

    public bool End(WaitingFor what) => _waits.RemoveAll(wait => wait.For == what) > 0;

    public void Clear() => _waits.Clear();

    public Waits Copy() => new() { _waits = [.. _waits] };

    /// <summary>Whether a wait of which the agent did not say whose it is ends with what an actor does. A restored one may be another sub-agent's, or the main agent's.</summary>
    private static bool EndsVaguely(Wait wait, string actor) => wait.Call is null && (!wait.Restored || actor.Length == 0);

    private static bool IsSame(ToolCall? a, ToolCall b) => a is not null && a.Actor == b.Actor
        && (a.Id is { } id && b.Id is not null ? id == b.Id : a.Name == b.Name && a.Fingerprint == b.Fingerprint);
}
