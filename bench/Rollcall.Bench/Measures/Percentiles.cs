using System.Diagnostics;

namespace Rollcall.Bench.Measures;

/// <summary>Every sample of a round, in milliseconds.</summary>
internal sealed class Percentiles
{
    private readonly List<double> _samples = [];
    private bool _sorted;

    public void Add(TimeSpan sample)
    {
        _samples.Add(sample.TotalMilliseconds);
        _sorted = false;
    }

    /// <summary>Adds the times from one moment to each of others; what came before it counts as 0.</summary>
    public void Add(long from, ReadOnlySpan<long> to)
    {
        foreach (var moment in to)
        {
            Add(moment < from ? TimeSpan.Zero : Stopwatch.GetElapsedTime(from, moment));
        }
    }

    /// <summary>All samples together.</summary>
    public double Sum
    {
        get
        {
            return _samples.Sum();
        }
    }

    /// <summary>The sample that so large a part does not exceed; 1 gives the largest.</summary>
    public double At(double part)
    {
        if (!_sorted)
        {
            _samples.Sort();
            _sorted = true;
        }

        return _samples[(int)Math.Ceiling(part * _samples.Count) - 1];
    }
}
