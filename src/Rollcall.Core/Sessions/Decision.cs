using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>What comes of a command: events, possibly none, or a refusal.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>The command is accepted; these events, in this order, are its effect.</summary>
    public sealed record Accepted(IReadOnlyList<Step> Steps) : Decision;

    /// <summary>The command is refused and changes nothing.</summary>
    /// <param name="Code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="Message">Why, in words that name the field and the rule.</param>
    /// <param name="Field">The field at fault, where there is one; the first of several.</param>
    /// <param name="Errors">The rule that each field breaks, where there are several.</param>
    public sealed record Refused(
        string Code, string Message, string? Field = null, IReadOnlyDictionary<string, string>? Errors = null) : Decision;

    /// <summary>Accepted, with no effect.</summary>
    public static readonly Decision Unchanged = new Accepted([]);

    internal static Refused Invalid(string field, string rule) => new Refused(ErrorCodes.InvalidRequest, $"{field} {rule}", field);
}

/// <summary>One event of a decision.</summary>
/// <param name="Happened">The event, in its place in the log.</param>
/// <param name="After">The session after it.</param>
public readonly record struct Step(SessionEvent Happened, Session After);
