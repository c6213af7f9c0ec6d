using Rollcall.Core.Sessions;

namespace Rollcall.Core;

/// <summary>The hub's answer to one command, given after its effect is durable.</summary>
public abstract record Outcome
{
    private Outcome()
    {
    }

    /// <summary>Accepted and durable.</summary>
    /// <param name="Seq">The sequence number of the command's last event; of the session's last one when it changed nothing.</param>
    /// <param name="Session">The session after it.</param>
    /// <param name="Changed">Whether there was any event.</param>
    /// <param name="Repeated">Whether it was recognised as sent before, and therefore changed nothing.</param>
    public sealed record Accepted(long Seq, Session? Session, bool Changed, bool Repeated = false) : Outcome;

    /// <summary>Refused; nothing was changed.</summary>
    /// <param name="Code">One of <see cref="Protocol.ErrorCodes"/>.</param>
    /// <param name="Message">Why, in words that name the field and the rule.</param>
    /// <param name="Field">The field at fault, where there is one; the first of several.</param>
    /// <param name="Errors">The rule that each field breaks, where there are several.</param>
    public sealed record Refused(
        string Code, string Message, string? Field = null, IReadOnlyDictionary<string, string>? Errors = null) : Outcome;
}
