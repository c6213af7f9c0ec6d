using System.Globalization;

namespace Rollcall.Server.Tests.Faults;

/// <summary>
/// Subscribers that are cut at random bytes, stall, and come back over whatever transport. <c>ROLLCALL_FAULT_RUNS</c>
/// says how many (100 when not given, 10,000 by <c>make soak</c>), <c>ROLLCALL_SEED</c> the first one's seed.
/// </summary>
public sealed class FaultTests
{
    /// <summary>Subscribers of one hub; its own seed is that of the first of them.</summary>
    private const int Together = 50;

    [Fact]
    public async Task However_often_a_subscriber_is_cut_it_ends_with_the_hubs_state_and_the_exact_events()
    {
        var (runs, first) = (Setting("ROLLCALL_FAULT_RUNS", 100), Setting("ROLLCALL_SEED", 1));
        var (tally, wrong, began) = (new Tally(), new List<string>(), TimeProvider.System.GetTimestamp());
        for (var seed = first; seed < first + runs && wrong.Count == 0; seed += Together)
        {
            wrong.AddRange(await Play(seed, Math.Min(Together, first + runs - seed), tally));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{tally} (seeds from {first}); {wrong.Count} wrong; {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s"));
        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Take(10)));
        Assert.True(tally.Cuts > runs && tally.Resumes > runs && tally.Events > runs, "hardly anything happened");
    }

    private static async Task<IReadOnlyList<string>> Play(int seed, int runs, Tally tally)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var stage = await Stage.Open(seed, tally);
        var subscribers = Enumerable.Range(seed, runs).Select(own => new Subscriber(stage, own)).ToList();
        await Task.WhenAll([stage.Play(cancel), .. subscribers.Select(subscriber => Task.Run(() => subscriber.Run(cancel), cancel))]);
        List<string> wrong = [.. await stage.Check(cancel), .. subscribers.SelectMany(subscriber => subscriber.Check())];
        tally.HangUp();
        return [.. wrong.Select(what => $"{what} (again: ROLLCALL_SEED={seed} ROLLCALL_FAULT_RUNS={runs})")];
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
