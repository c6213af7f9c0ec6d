namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// The turns of one session, by the agent's prompt id: which one runs, and which are over, so that a late report of a
/// finished turn does not set the session to work again. Not synchronised.
/// </summary>
internal sealed class Turns
{
    private Recent<DateTimeOffset> _over = new(Trail.RememberedIds);
    private string? _current;
    private DateTimeOffset _submittedAt = DateTimeOffset.MinValue;

    /// <summary>Whether the agent has nothing to do.</summary>
    public bool Resting { get; private set; }

    /// <summary>Why the last turn failed; null when it did not.</summary>
    public string? Error { get; private set; }

    /// <summary>Whether any turn was heard of.</summary>
    public bool Any => _current is not null;

    /// <summary>Whether a prompt came just now, so that a report of the time before it may still be on its way.</summary>
    public bool JustSubmitted(DateTimeOffset now) => !Resting && now - _submittedAt <= Trail.Reordering;

    /// <summary>The agent is ready for its first prompt, or went back to the state it is known to have.</summary>
    public void Rest(string? error = null) => (Resting, Error) = (true, error);

    /// <summary>A prompt begins a turn; null when that turn is over already, else whether it is a new one.</summary>
    public bool? Submit(string? prompt, DateTimeOffset now)
    {
        if (prompt is not null && IsLate(prompt, now))
        {
            return null;
        }

        var turn = prompt ?? "";
        var begins = prompt is null || _current != turn || Resting;
        Leave(turn, now);
        Enter(turn);
        _submittedAt = now;
        return begins;
    }

    /// <summary>Work within a turn; false when it is late news of one that is over.</summary>
    /// <param name="prompt">The turn.</param>
    /// <param name="began">Whether what is reported is known to have begun within that turn, before it was over.</param>
    /// <param name="now">The time of arrival.</param>
    public bool GoOn(string? prompt, bool began, DateTimeOffset now)
    {
        var turn = Of(prompt);
        if (IsLate(turn, now) || (began && _over.Contains(turn)))
        {
            return false;
        }

        // One that goes on after its end is older than the one that runs.
        if (!_over.Contains(turn))
        {
            Leave(turn, now);
        }

        Enter(turn);
        return true;
    }

    /// <summary>A turn is over; false when that was known, because a newer one runs.</summary>
    public bool Stop(string? prompt, string? error, DateTimeOffset now)
    {
        var turn = Of(prompt);
        var current = _current is null || _current == turn;
        if (!current && _over.Contains(turn))
        {
            return false;
        }

        Leave(turn, now);
        Error = error ?? (Resting && current ? Error : null);
        _over.Set(turn, now);
        _current = turn;
        Resting = true;
        return true;
    }

    /// <summary>
    /// Whether a turn was over so short a time ago that its reports may still be on their way. Later ones mean that
    /// it goes on: a stop hook of the user's may ask for more within the same prompt.
    /// </summary>
    public bool IsLate(string? prompt, DateTimeOffset now) =>
        _over.TryUse(Of(prompt), out var since) && now - since <= Trail.Reordering;

    public Turns Copy()
    {
        var copy = (Turns)MemberwiseClone();
        copy._over = _over.Copy();
        return copy;
    }

    /// <summary>The turn that runs is over when another one does.</summary>
    private void Leave(string next, DateTimeOffset now)
    {
        if (_current is { } before && before != next)
        {
            _over.Set(before, now);
        }
    }

    private void Enter(string turn)
    {
        _over.Remove(turn);
        _current = turn;
        Resting = false;
        Error = null;
    }

    private string Of(string? prompt) => prompt ?? _current ?? "";
}
