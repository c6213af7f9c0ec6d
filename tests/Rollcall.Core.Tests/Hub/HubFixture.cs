using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>A hub on a real log in a temporary directory, with a clock that stands until it is advanced.</summary>
public sealed class HubFixture : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rollcall-hub-").FullName;
    private readonly HubOptions _options;
    private readonly FanoutOptions _fanout;

    private HubFixture(HubOptions? options, FanoutOptions? fanout) =>
        (_options, _fanout) = (options ?? new HubOptions(), fanout ?? new FanoutOptions { Shards = 2, BurstTolerance = TimeSpan.Zero });

    public TestClock Clock { get; } = new();

    public FaultyLog Log { get; private set; } = null!;

    public SessionHub Hub { get; private set; } = null!;

    public static async Task<HubFixture> Start(HubOptions? options = null, FanoutOptions? fanout = null)
    {
        var fixture = new HubFixture(options, fanout);
        await fixture.Open();
        return fixture;
    }

    public static async Task<HubFixture> StartWith(string session, int? lease = null)
    {
        var fixture = await Start();
        await fixture.Do(new CreateSession { SessionId = session, LeaseSeconds = lease });
        return fixture;
    }

    public Task Restart(TimeSpan down = default) => Restart(() => Clock.Advance(down));

    public async Task Restart(Action meanwhile)
    {
        await Close();
        meanwhile();
        await Open();
    }

    public async Task<Outcome.Accepted> Do(Command command, string? key = null) =>
        Assert.IsType<Outcome.Accepted>(await Hub.Submit(command, key));

    public async Task<Outcome.Refused> Refused(Command command) => Assert.IsType<Outcome.Refused>(await Hub.Submit(command));

    /// <summary>Advances the clock, and waits until the hub has done what came due.</summary>
    public async Task Pass(double seconds)
    {
        Clock.Advance(TimeSpan.FromSeconds(seconds));
        await Settle();
    }

    /// <summary>What was given to the hub before is done: commands are answered in order, but for large batches.</summary>
    public async Task Settle()
    {
        // Whatever was under way while the clock was advanced reckoned with an earlier time: after this it has the present one.
        await Hub.Settle(TestContext.Current.CancellationToken);
        // The clock's own wish waits at least a millisecond.
        Clock.Advance(TimeSpan.FromMilliseconds(2));
        await Hub.Settle(TestContext.Current.CancellationToken);
    }

    public SessionView? View(string id) => Hub.View.Live.GetValueOrDefault(id)?.View;

    public async Task<Session?> Find(string id) => await Log.Find(id, TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<LogEntry>> Events(string? session = null) =>
        await Log.Read(new LogRange(SessionId: session, Limit: int.MaxValue), TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<HubEvent>> Told(string? session = null) =>
        [.. (await Events(session)).Select(entry => EventNames.Parse(entry.Event, entry.Payload)!)];

    public async ValueTask DisposeAsync()
    {
        await Close();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task Open()
    {
        Log = new FaultyLog(SqliteLog.Open(_directory, Clock));
        Hub = await SessionHub.Start(Log, _options, _fanout, Clock);
    }

    private async Task Close()
    {
        await Hub.DisposeAsync();
        await Log.DisposeAsync();
    }
}
