using Microsoft.Data.Sqlite;
using Rollcall.Core.Log;
using Xunit;

namespace Rollcall.Core.Tests.Log;

public sealed class SqliteDocumentsTests : IAsyncDisposable
{
    private static readonly AuditEntry Entry = new(LogFixture.Start, "local", "flags.put", "alerts off");

    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_document_is_replaced_and_every_change_is_audited()
    {
        Assert.Null(await hub.Log.ReadDocument("flags", Cancel));
        await hub.Log.WriteDocument("flags", "{}", Entry, Cancel);
        await hub.Log.WriteDocument("flags", """{"alerts":false}""", Entry with { Principal = "k1" }, Cancel);
        await hub.Log.Audit([Entry with { Action = "session.delete" }], Cancel);
        await hub.Reopen();
        Assert.Equal("""{"alerts":false}""", await hub.Log.ReadDocument("flags", Cancel));
        Assert.Equal("local flags.put, k1 flags.put, local session.delete", hub.Sql(
            "SELECT group_concat(principal || ' ' || action, ', ') FROM (SELECT * FROM audit WHERE detail = 'alerts off' ORDER BY id)"));
    }

    [Fact]
    public async Task A_document_that_cannot_be_audited_is_not_changed()
    {
        await hub.Log.WriteDocument("flags", "{}", Entry, Cancel);
        hub.Sql("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
        await Assert.ThrowsAsync<SqliteException>(async () => await hub.Log.WriteDocument("flags", "[]", Entry, Cancel));
        Assert.Equal("{}", await hub.Log.ReadDocument("flags", Cancel));
    }

    [Fact]
    public async Task The_first_answer_of_a_key_stays_for_24_hours()
    {
        var first = new StoredAnswer(201, "application/json", [1, 2], LogFixture.Start);
        await hub.Log.SaveAnswer("k", first, Cancel);
        await hub.Log.SaveAnswer("k", first with { Status = 500, Body = [] }, Cancel);
        await hub.Log.SaveAnswer("bare", new StoredAnswer(204, null, [], LogFixture.Start), Cancel);
        await hub.Reopen();
        Assert.Equivalent(first, await hub.Log.FindAnswer("k", Cancel), strict: true);
        Assert.Null((await hub.Log.FindAnswer("bare", Cancel))!.ContentType);
        Assert.Null(await hub.Log.FindAnswer("other", Cancel));

        hub.Clock.Now += TimeSpan.FromHours(24);
        Assert.Null(await hub.Log.FindAnswer("k", Cancel));
        await hub.Log.SaveAnswer("k", first with { Status = 202, Time = hub.Clock.Now }, Cancel);
        Assert.Equal(202, (await hub.Log.FindAnswer("k", Cancel))!.Status);
    }
}
