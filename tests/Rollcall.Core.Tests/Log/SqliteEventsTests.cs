using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

public sealed class SqliteEventsTests : IAsyncLifetime
{
    private readonly LogFixture hub = new();

    /// <summary>1–2 and 6: a of shop; 3–4 and 7: b of bank; 5: the fleet; 8: a again.</summary>
    public async ValueTask InitializeAsync()
    {
        await hub.Create("a", "shop");
        await hub.Create("b", "bank");
        await hub.Log.Append(LogFixture.Batch([FleetEvent(5)]), TestContext.Current.CancellationToken);
        await hub.Say("a", "one");
        await hub.Say("b", "two");
        await hub.Say("a", "three");
    }

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task Events_are_read_in_order_within_a_range()
    {
        Assert.Equal("1 2 3 4 5 6 7 8", await Seqs(new LogRange()));
        Assert.Equal("4 5 6", await Seqs(new LogRange(After: 3, UpTo: 6)));
        Assert.Equal("4 5", await Seqs(new LogRange(After: 3, Limit: 2)));
        Assert.Equal("5 6", await Seqs(new LogRange(UpTo: 6, Limit: 2, Last: true)));
        Assert.Equal("", await Seqs(new LogRange(After: 8)));
    }

    [Fact]
    public async Task Events_are_read_of_one_session()
    {
        Assert.Equal("1 2 6 8", await Seqs(new LogRange(SessionId: "a")));
        Assert.Equal("2 6", await Seqs(new LogRange(After: 1, Limit: 2, SessionId: "a")));
        Assert.Equal("6 8", await Seqs(new LogRange(Limit: 2, SessionId: "a", Last: true)));
        Assert.Equal("8", await Seqs(new LogRange(Limit: 1, SessionId: "a", Event: "stream_output", Last: true)));
        Assert.Equal("1 2", await Seqs(new LogRange(SessionId: "a", WithOutput: false)));
    }

    [Fact]
    public async Task Events_are_read_of_one_name()
    {
        Assert.Equal("1 3", await Seqs(new LogRange(Event: "session_created")));
        Assert.Equal("6 7 8", await Seqs(new LogRange(Event: "stream_output")));
        Assert.Equal("5", await Seqs(new LogRange(Event: "fleet_paused")));
        Assert.Equal("", await Seqs(new LogRange(Event: "no_such_event")));
        Assert.Equal("4 5", await Seqs(new LogRange(Limit: 2, Last: true, WithOutput: false)));
    }

    [Fact]
    public async Task An_event_of_the_fleet_belongs_to_no_session()
    {
        var entry = Assert.Single(await hub.Events(new LogRange(After: 4, UpTo: 5)));
        Assert.Equivalent(FleetEvent(5), entry, strict: true);
    }

    internal static LogEntry FleetEvent(long seq, DateTimeOffset? time = null) =>
        new(seq, time ?? LogFixture.Start, "fleet_paused", null, null, 0, EventNames.Payload(new FleetPaused { Seq = seq }));

    private async Task<string> Seqs(LogRange range) => string.Join(' ', (await hub.Events(range)).Select(entry => entry.Seq));
}
