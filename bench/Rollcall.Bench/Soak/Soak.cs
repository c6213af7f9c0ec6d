using System.Globalization;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Soak;

/// <summary>
/// Hours in small: one hub under churn and slow readers for the whole time, whose memory is watched, and beside it one
/// that is drained and started again. Not part of the default bench, because it takes its time.
/// </summary>
internal static class Soak
{
    private const int Checkers = 200;
    private const int DrainedCheckers = 40;
    private const int Drains = 9;

    /// <summary>The most that resident memory may differ between the third of the time around the end of the first third and the last third.</summary>
    private const double MostGrowth = 0.05;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(2);

    /// <summary>Runs it: <c>soak [--minutes 30] [--disk DIR]</c>.</summary>
    /// <returns>0 when nothing was lost or repeated and memory stayed.</returns>
    public static async Task<int> Run(IReadOnlyList<string> arguments, TimeProvider time)
    {
        var (minutes, disk) = (30.0, Path.GetTempPath());
        for (var i = 0; i < arguments.Count; i += 2)
        {
            switch (arguments[i])
            {
                case "--minutes" when i + 1 < arguments.Count:
                    minutes = double.Parse(arguments[i + 1], CultureInfo.InvariantCulture);
                    break;
                case "--disk" when i + 1 < arguments.Count:
                    disk = arguments[i + 1];
                    break;
                default:
                    await Console.Error.WriteLineAsync($"{arguments[i]}: soak knows --minutes and --disk");
                    return 2;
            }
        }

        await using var steady = await Scene.Begin(disk, Checkers, batch: 30, comers: 60, dawdlers: 20);
        await using var drained = await Scene.Begin(disk, DrainedCheckers, batch: 5, comers: 5, dawdlers: 2);
        Console.WriteLine(Machine.Here(Builds.Root, disk, time));
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes), time);
        var draining = Drain(drained.Hub, TimeSpan.FromMinutes(minutes / (Drains + 1)), time, stop.Token);
        var memory = await Watch(steady, time, stop.Token);
        var drains = await draining;

        var (first, last) = (Mean(memory, 1.0 / 6, 1.0 / 2), Mean(memory, 2.0 / 3, 1));
        var growth = (last / first) - 1;
        var verdicts = new[] { await steady.End(time), await drained.End(time) };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            steady:  {steady.Commands} commands, {verdicts[0].Logged} events in the log, {steady.Connections} connections came and went,
                     {Checkers} checkers heard {steady.Events} events, {steady.Resumes} resumes, {steady.Resyncs} resyncs;
                     {verdicts[0].Lost} lost, {verdicts[0].Repeated} repeated, {verdicts[0].Refused} cursors refused{verdicts[0].Broken}
            drained: {drains} times; {drained.Commands} commands, {verdicts[1].Logged} events in the log,
                     {DrainedCheckers} checkers heard {drained.Events} events, {drained.Resumes} resumes, {drained.Resyncs} resyncs;
                     {verdicts[1].Lost} lost, {verdicts[1].Repeated} repeated, {verdicts[1].Refused} cursors refused{verdicts[1].Broken}
            memory:  {first / Mebibyte:0.0} MiB in the third around the end of the first, {last / Mebibyte:0.0} MiB in the last third ({growth:+0.0%;-0.0%})
                     two minutes of thirty: {Before(memory, 1.0 / 3) / Mebibyte:0.0} MiB at the end of the first third, {Before(memory, 1) / Mebibyte:0.0} MiB at the end
            """));
        return verdicts.All(verdict => verdict.IsGood) && Math.Abs(growth) <= MostGrowth ? 0 : 1;
    }

    private const double Mebibyte = 1024 * 1024;

    /// <summary>Resident memory over the time; a line a minute.</summary>
    private static async Task<IReadOnlyList<double>> Watch(Scene scene, TimeProvider time, CancellationToken stop)
    {
        var (samples, began, minute) = (new List<double>(), time.GetTimestamp(), 1);
        using var timer = new PeriodicTimer(SampleEvery, time);
        while (await Next(timer, stop))
        {
            samples.Add(scene.Hub.ResidentBytes);
            if (time.GetElapsedTime(began) >= TimeSpan.FromMinutes(minute))
            {
                var lately = Spread.Of(samples.TakeLast((int)(TimeSpan.FromMinutes(1) / SampleEvery)));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"minute {minute++}: {lately.Median / Mebibyte:0.0} MiB ({lately.Min / Mebibyte:0.0} – {lately.Max / Mebibyte:0.0}), {scene.Commands} commands, {scene.Events} events heard, {scene.Resumes} resumes, {scene.Resyncs} resyncs"));
            }
        }

        return samples;
    }

    private static async Task<int> Drain(SoakHub hub, TimeSpan every, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every, time);
        var drains = 0;
        while (await Next(timer, stop))
        {
            await hub.Drain();
            drains++;
        }

        return drains;
    }

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// The mean of the samples from one part of the time to another. Memory goes up and down with the garbage collector's
    /// rounds of some minutes each: two moments of it would be two places on a saw's blade.
    /// </summary>
    private static double Mean(IReadOnlyList<double> samples, double from, double to) =>
        samples.Skip((int)(samples.Count * from)).Take((int)Math.Ceiling(samples.Count * (to - from))).Average();

    /// <summary>The mean of a fifteenth of the samples, up to a part of them.</summary>
    private static double Before(IReadOnlyList<double> samples, double part) => Mean(samples, part - (1.0 / 15), part);
}
