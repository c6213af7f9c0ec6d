using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>The hub's answer to one command, given after its effect is durable.</summary>
public abstract record Outcome
{
    private Outcome()
    {
    }

    /// <summary>The refusal of a session that is not of a caller's projects, or is not there at all: it tells nobody which.</summary>
    public static Refused Foreign { get; } = new(ErrorCodes.Forbidden, "the key is limited to projects, and the session is not of them");

    /// <summary>Accepted and durable.</summary>
    /// <param name="Seq">The sequence number of the command's last event; of the session's last one when it changed nothing.</param>
    /// <param name="Session">The session after it.</param>
    /// <param name="Changed">Whether there was any event; of what is repeated, whether there was one then.</param>
    /// <param name="Repeated">Whether it was recognised as sent before, and therefore changed nothing more.</param>
    public sealed record Accepted(long Seq, Session? Session, bool Changed, bool Repeated = false) : Outcome
    {
        /// <summary>Whether a life of the session began with it.</summary>
        public bool Began { get; init; }
    }

    /// <summary>Refused; nothing was changed.</summary>
    /// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="Message">Why, in words that name the field and the rule.</param>
    /// <param name="Field">The field at fault, where there is one; the first of several.</param>
    /// <param name="Errors">The rule that each field breaks, where there are several.</param>
    public sealed record Refused(
        string Code, string Message, string? Field = null, IReadOnlyDictionary<string, string>? Errors = null) : Outcome;
}
