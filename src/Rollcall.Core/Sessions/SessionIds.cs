using System.Buffers;
using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>What a session's id may look like, and how the hub makes one.</summary>
public static class SessionIds
{
    /// <summary>The rule, for messages.</summary>
    public const string Rule = "must be 1 to 128 of A-Z a-z 0-9 . _ : -";

    /// <summary>The rule for a new session's id: <c>/sessions/count</c> is the count, and no client can ask for the others.</summary>
    public const string RuleForNew = Rule + ", and none of . .. count";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    /// <summary>Whether an id keeps the rule.</summary>
    public static bool IsValid(string? id) =>
        id is { Length: >= 1 and <= Wire.MaxIdLength } && !id.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>Whether a new session may have the id. Logs of earlier versions may hold sessions of others.</summary>
    public static bool IsValidForNew(string? id) => IsValid(id) && id is not ("." or ".." or "count");

    /// <summary>A new id; ids made later sort later.</summary>
    public static string New(DateTimeOffset now) => $"session_{Guid.CreateVersion7(now)}";
}
