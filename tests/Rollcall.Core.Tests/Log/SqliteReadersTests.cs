using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

public sealed class SqliteReadersTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LogFixture fixture = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task Commands_that_are_looked_up_in_the_log_are_decided_while_everybody_who_reads_pages_is_busy()
    {
        await using var hub = await SessionHub.Start(fixture.Log, new HubOptions(), new FanoutOptions(), new TestClock(), Cancel);
        await hub.Submit(new CreateSession { SessionId = "a" });
        using var reads = new CountdownEvent(SqliteReaders.Most);
        using var over = new ManualResetEventSlim();
        var busy = Enumerable.Range(0, SqliteReaders.Most).Select(_ => Task.Factory.StartNew(Read, Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToList();
        try
        {
            Assert.True(reads.Wait(Patience, Cancel));

            Assert.IsType<Outcome.Accepted>(await Submit(new StartTask { SessionId = "a", TaskId = "t" }, "k"));
            Assert.IsType<Outcome.Accepted>(await Submit(new ReportUsage { SessionId = "a", InputTokens = 1, RequestId = "r" }));
            Assert.IsType<Outcome.Accepted>(await Submit(new CreateSession { SessionId = "new" }));
            Assert.IsType<Outcome.Refused>(await Submit(new Heartbeat { SessionId = "never" }));
        }
        finally
        {
            over.Set();
            await Task.WhenAll(busy);
        }

        Task<Outcome> Submit(Command command, string? key = null) => hub.Submit(command, key).AsTask().WaitAsync(Patience, Cancel);

        Task<bool> Read() => fixture.Log.Readers.Read(_ => Hold(), Cancel).AsTask();

        bool Hold()
        {
            reads.Signal();
            over.Wait(Cancel);
            return true;
        }
    }
}
