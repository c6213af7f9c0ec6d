using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Core.Tests.Fleet;

/// <summary>A real hub over a real log in a temporary directory, with a clock that stands; removed with the test.</summary>
public sealed class FleetRig : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rollcall-fleet-").FullName;

    private FleetRig()
    {
    }

    public TestClock Clock { get; } = new();

    public string Database => Path.Combine(_directory, "rollcall.db");

    public SqliteLog Log { get; private set; } = null!;

    public SessionHub Hub { get; private set; } = null!;

    public HubOptions Options { get; } = new();

    /// <summary>What was told, in order.</summary>
    public List<HubEvent> Told { get; } = [];

    public static async Task<FleetRig> Start()
    {
        var rig = new FleetRig();
        await rig.Open();
        return rig;
    }

    /// <summary>Ends the hub and starts it anew on the same data.</summary>
    public async Task Restart(Action? meanwhile = null)
    {
        await Close();
        meanwhile?.Invoke();
        await Open();
        Told.Clear();
    }

    public AggregateTicker Ticker(Func<bool>? heard = null, bool observes = true)
    {
        var ticker = new AggregateTicker(new FleetOptions(), Options.WorkPeriodGap, Clock, Hub.View, heard ?? (() => true), make => Told.Add(make(Hub.View)));
        if (observes)
        {
            Hub.Applied += ticker.Observe;
        }

        return ticker;
    }

    public CountDetector Detector(Func<Flags>? flags = null)
    {
        var detector = new CountDetector(new FleetOptions(), Clock, Hub.View, flags ?? (() => Flags.AllOn), Told.AddRange);
        Hub.Applied += detector.Observe;
        return detector;
    }

    public async Task Do(params Command[] commands)
    {
        foreach (var outcome in await Hub.Submit(commands))
        {
            Xunit.Assert.IsType<Outcome.Accepted>(outcome);
        }
    }

    public Task Create(params IEnumerable<string> ids) => Do([.. ids.Select(id => new CreateSession { SessionId = id })]);

    public Task End(params IEnumerable<string> ids) => Do([.. ids.Select(id => new TerminateSession { SessionId = id })]);

    public Task StartTask(string session, string task) => Do(new StartTask { SessionId = session, TaskId = task });

    public Task CompleteTask(string session, string task, TaskOutcome outcome = TaskOutcome.Completed) =>
        Do(new CompleteTask { SessionId = session, TaskId = task, Outcome = outcome });

    public async ValueTask DisposeAsync()
    {
        await Close();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task Open()
    {
        Log = SqliteLog.Open(_directory, Clock);
        Hub = await SessionHub.Start(Log, Options, new FanoutOptions(), Clock);
    }

    private async Task Close()
    {
        await Hub.DisposeAsync();
        await Log.DisposeAsync();
    }
}
