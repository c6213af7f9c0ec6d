namespace Rollcall.Core.Sessions;

/// <summary>What a task's id may be, besides short: whatever an address can name, as that of the route that completes it does.</summary>
public static class TaskIds
{
    /// <summary>The rule, for messages.</summary>
    public const string Rule = "must not be . or .., nor contain NUL, which no address can name";

    /// <summary>Whether an id keeps the rule.</summary>
    public static bool IsNameable(string id) => id is not ("." or "..") && !id.Contains('\0', StringComparison.Ordinal);
}
