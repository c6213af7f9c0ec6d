using System.Net.Sockets;
using System.Net.WebSockets;

namespace Rollcall.Server.Tests.Faults;

/// <summary>
/// One seeded run: connects over one transport after the other with the cursor it has, is cut, stalls, comes back,
/// and at last hears the rest over a line that holds.
/// </summary>
internal sealed class Subscriber(Stage stage, int seed)
{
    private const int FewestVisits = 3;

    /// <summary>The long poll may send it away for the state.</summary>
    private const int CalmTries = 5;

    /// <summary>For the rest, on a machine that has other things to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] Topics = ["sessions", "*", "project:" + Script.Project, "session:" + Script.Staying];

    private readonly Random _random = new(seed);
    private readonly List<Ear> _ears = [];

    public int Seed => seed;

    public async Task Run(CancellationToken cancel)
    {
        _ears.AddRange(_random.GetItems(Topics, _random.Next(1, 3)).Distinct().Select(topic => new Ear(topic, stage.Tally)));
        for (var visits = 0; visits < FewestVisits || !stage.IsOver; visits++)
        {
            await Try(Visit.Roll(_random), TimeSpan.FromMilliseconds(_random.Next(10, 2000)), cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(100)), TimeProvider.System, cancel);
        }

        foreach (var ear in _ears)
        {
            var last = stage.Truth.Last(ear.Topic);
            for (var tries = 0; tries < CalmTries && ear is { IsWrong: false } && ear.Known < last; tries++)
            {
                await Try(Visit.Calm(_random, () => ear.Known >= last), Patience, cancel, ear);
            }
        }
    }

    /// <summary>What it was told wrongly or not at all.</summary>
    public IEnumerable<string> Check()
    {
        Tally.Count(ref stage.Tally.Runs);
        return _ears.SelectMany(ear => ear.Check(stage.Truth).Select(wrong => $"seed {seed}, {ear.Topic}: {wrong}"));
    }

    private async Task Try(Visit visit, TimeSpan most, CancellationToken cancel, Ear? only = null)
    {
        Tally.Count(ref stage.Tally.Visits);
        using var leave = new CancellationTokenSource(most, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(leave.Token, cancel);
        var ear = only ?? _ears[_random.Next(_ears.Count)];
        try
        {
            await (_random.Next(6) switch
            {
                0 or 1 => StreamVisit.Run(stage, ear, visit, either.Token),
                2 when ear.CanPoll => PollVisit.Run(stage, ear, visit, either.Token),
                _ => SocketVisit.Run(stage, only is null ? _ears : [only], visit, either.Token),
            });
        }
        catch (Exception gone) when (!cancel.IsCancellationRequested && gone is WebSocketException or HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            // It left, its line was cut, or the hub threw it out or restarts; but a line that holds must do.
            if (visit.Plan == FaultPlan.None)
            {
                ear.Complain($"in spite of a good line: {gone}");
            }
        }
    }
}
