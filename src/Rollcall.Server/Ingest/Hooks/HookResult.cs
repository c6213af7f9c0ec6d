using Rollcall.Core;
using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>What comes of one hook: commands for the hub in order, or a refusal that names the field at fault.</summary>
/// <param name="Commands">To be submitted together, in this order; empty when there is nothing to say.</param>
/// <param name="Refusal">Why the payload cannot be used; null when it can.</param>
public sealed record HookResult(IReadOnlyList<Command> Commands, Outcome.Refused? Refusal = null)
{
    /// <summary>What was heard of the session with this hook, to be remembered if the hub takes the commands; null when there are none.</summary>
    internal Trail? Trail { get; init; }

    /// <summary>Of late news of a session that has ended, of which nothing comes: the least that could be said of it instead.</summary>
    internal Command? Late { get; private init; }

    /// <summary>Of late news: whose session it was; null where that is not known.</summary>
    internal string? Project { get; private init; }

    internal static HookResult OfLate(string sessionId, string? project) => new([]) { Late = new Heartbeat { SessionId = sessionId }, Project = project };

    internal static HookResult Invalid(string field, string rule) =>
        new([], new Outcome.Refused(ErrorCodes.InvalidRequest, $"{field} {rule}", field));
}
