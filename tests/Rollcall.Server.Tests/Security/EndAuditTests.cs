using Microsoft.Data.Sqlite;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>Who ended sessions is written down before they are answered.</summary>
public sealed class EndAuditTests
{
    [Fact]
    public async Task What_was_ended_together_is_written_down_together_and_nothing_else_is()
    {
        await using var hub = await TestHub.Start();
        var (log, asked) = SeenLog.Of(hub.Log);
        List<Command> commands = [.. Enumerable.Range(0, 1_200).Select(i => new TerminateSession { SessionId = $"s{i}" }), new Heartbeat { SessionId = "s0" }, new TerminateSession { SessionId = "refused" }];
        List<Outcome> outcomes = [.. Enumerable.Repeat(new Outcome.Accepted(1, null, Changed: true), 1_201), new Outcome.Refused(ErrorCodes.NotFound, "there is none")];

        await new EndAudit(log, TimeProvider.System).Note(Principal.Local, commands, outcomes);

        Assert.Equal(["Audit", "Audit", "Audit"], asked.Select(one => one.Name));
        using var file = new SqliteConnection($"Data Source={Path.Combine(hub.Data, "rollcall.db")};Mode=ReadOnly;Pooling=False");
        file.Open();
        using var query = file.CreateCommand();
        query.CommandText = "SELECT count(*) || ' ' || count(DISTINCT detail) || ' ' || min(action) FROM audit";
        Assert.Equal("1200 1200 session.terminate", query.ExecuteScalar());
    }
}
