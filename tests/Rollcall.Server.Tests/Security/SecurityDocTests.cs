using Rollcall.Core.Fanout;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>What <c>docs/security.md</c> says is what the table does.</summary>
public sealed class SecurityDocTests
{
    [Fact]
    public void The_documented_tables_are_the_access_table()
    {
        Assert.Equal(
            AccessTable.Routes.Select(route => $"| `{route.Method} {route.Pattern}` | {route.Access.Needed} | {About(route.Access)} |"),
            Docs.Table("security.md", "| route |"));
        Assert.Equal(
            AccessTable.Topics.Select(topic => $"| `{Name(topic.Kind)}`{(topic.Owner ? " as owner" : "")} | {topic.Access.Needed} | {About(topic.Access)} |"),
            Docs.Table("security.md", "| join,"));
        Assert.Equal(AccessTable.Pushes.Select(Row), Docs.Table("security.md", "| push on"));
        Assert.Equal(AccessTable.Commands.Select(Row), Docs.Table("security.md", "| `type` in"));
    }

    private static string Row(NamedAccess named) => $"| `{named.Name}` | {named.Access.Needed} |";

    private static string About(Access access) => access.Reach.ToString().ToLowerInvariant();

    private static string Name(TopicKind kind) => kind switch
    {
        TopicKind.Session => "session:<id>",
        TopicKind.Project => "project:<name>",
        TopicKind.Everything => "*",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
