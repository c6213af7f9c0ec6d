namespace Rollcall.Bench.Soak;

/// <summary>One hub, its load, and those who check it.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stopLoad = new();
    private readonly CancellationTokenSource _stopChecking = new();
    private readonly SoakLoad _load;
    private readonly List<Checker> _checkers;
    private Task _loading = Task.CompletedTask;
    private Task _checking = Task.CompletedTask;

    private Scene(SoakHub hub, int checkers)
    {
        (Hub, _load) = (hub, new SoakLoad(hub.Url, checkers));
        _checkers = [.. Enumerable.Range(0, checkers).Select(index => new Checker(hub.Url, Topic(index), index))];
    }

    public SoakHub Hub { get; }

    public long Commands => _load.Commands;

    public int Connections => _load.Connections;

    public long Events => _checkers.Sum(checker => checker.Events);

    public int Resumes => _checkers.Sum(checker => checker.Resumes);

    public int Resyncs => _checkers.Sum(checker => checker.Resyncs);

    /// <summary>Begins everything.</summary>
    /// <param name="disk">Where the data directory goes.</param>
    /// <param name="checkers">Who watch for the whole time.</param>
    /// <param name="batch">Commands, ten times a second.</param>
    /// <param name="comers">Connections at any time that come and go.</param>
    /// <param name="dawdlers">Connections at any time that hardly read.</param>
    public static async Task<Scene> Begin(string disk, int checkers, int batch, int comers, int dawdlers)
    {
        var scene = new Scene(await SoakHub.Start(disk), checkers);
        await scene._load.Begin();
        scene._checking = Task.WhenAll(scene._checkers.Select(checker => checker.Run(scene._stopChecking.Token)));
        scene._loading = Task.WhenAll([
            scene._load.Report(batch, scene._stopLoad.Token),
            .. Enumerable.Range(0, comers).Select(own => scene._load.Churn(own, scene._stopLoad.Token)),
            .. Enumerable.Range(0, dawdlers).Select(own => scene._load.Dawdle(own, scene._stopLoad.Token)),
        ]);
        return scene;
    }

    /// <summary>Ends the load, lets everybody hear the rest, and holds what they heard against the log.</summary>
    public async Task<Verdict> End(TimeProvider time)
    {
        await _stopLoad.CancelAsync();
        await _loading;
        var log = new LogSums(_checkers.Select(checker => checker.Topic));
        await log.ReadOn(Hub.Url);
        var end = log.Head;
        for (var began = time.GetTimestamp();
            time.GetElapsedTime(began) < Patience && _checkers.Exists(checker => log.Between(checker.Topic, checker.Known, end) > 0);)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), time);
        }

        await _stopChecking.CancelAsync();
        await _checking;

        // An alert may have come meanwhile, and some have heard it.
        await log.ReadOn(Hub.Url);
        var lost = _checkers.Sum(checker =>
            checker.Stretches.Sum(stretch => log.Lost(checker.Topic, stretch)) + log.Between(checker.Topic, checker.Known, end));
        return new Verdict(log.Head, lost, _checkers.Sum(checker => checker.Repeated), _checkers.Sum(checker => checker.Refused), log.Broken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopLoad.CancelAsync();
        await _stopChecking.CancelAsync();
        await Task.WhenAll(_loading, _checking);
        _load.Dispose();
        await Hub.DisposeAsync();
    }

    /// <summary>A fifth hear everything, a fifth every session, the others one session each.</summary>
    private static string Topic(int index) => (index % 5) switch
    {
        0 => "*",
        1 => "sessions",
        _ => "session:" + SoakLoad.Stays(index % SoakLoad.Staying),
    };
}

/// <summary>What became of it.</summary>
/// <param name="Logged">Events in the log.</param>
/// <param name="Lost">Events that a checker did not hear, or not as the log has them.</param>
/// <param name="Repeated">Events that a checker heard again.</param>
/// <param name="Refused">Times that a cursor of this log was not resumed.</param>
/// <param name="Broken">Where the log itself has a gap.</param>
internal sealed record Verdict(long Logged, long Lost, long Repeated, long Refused, string? Broken)
{
    public bool IsGood => this is { Lost: 0, Repeated: 0, Refused: 0, Broken: null };
}
