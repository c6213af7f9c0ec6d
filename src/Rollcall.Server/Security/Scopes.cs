namespace Rollcall.Server.Security;

/// <summary>What a key may do: the four scopes, as a set.</summary>
[Flags]
public enum Scopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Tell the hub what sessions do, and own them.</summary>
    Report = 1,

    /// <summary>See sessions, figures and alerts.</summary>
    Watch = 2,

    /// <summary>Act on sessions: messages, cancel, pause, approve; acknowledge alerts.</summary>
    Control = 4,

    /// <summary>Change how the hub works: rules, flags, the detector.</summary>
    Operate = 8,

    /// <summary>Everything.</summary>
    All = Report | Watch | Control | Operate,
}

/// <summary>The scopes' names on the wire, in keys and on the command line.</summary>
public static class ScopeNames
{
    /// <summary>Each scope and its name.</summary>
    public static IReadOnlyList<(Scopes Scope, string Name)> Each { get; } =
        [(Scopes.Report, "report"), (Scopes.Watch, "watch"), (Scopes.Control, "control"), (Scopes.Operate, "operate")];

    /// <summary>All names, for messages.</summary>
    public static string List { get; } = string.Join(", ", Each.Select(each => each.Name));

    /// <summary>The names of a set.</summary>
    public static IReadOnlyList<string> Of(Scopes scopes) =>
        [.. Each.Where(each => scopes.HasFlag(each.Scope)).Select(each => each.Name)];

    /// <summary>Reads a set; null when a name is unknown.</summary>
    public static Scopes? Parse(IEnumerable<string> names)
    {
        var scopes = Scopes.None;
        foreach (var name in names)
        {
            var (scope, _) = Each.FirstOrDefault(each => each.Name == name);
            if (scope == Scopes.None)
            {
                return null;
            }

            scopes |= scope;
        }

        return scopes;
    }
}
