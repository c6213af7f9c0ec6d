using System.Diagnostics;

namespace Rollcall.Bench.Measures;

/// <summary>Every sample of a round, in milliseconds. Any thread may add.</summary>
internal sealed class Percentiles
{
    private readonly List<double> _samples = [];
    private readonly Lock _gate = new();
    private bool _sorted;

    public void Add(TimeSpan sample)
    {
        lock (_gate)
        {
            _samples.Add(sample.TotalMilliseconds);
        }
    }

    /// <summary>Adds the times from one moment to each of others; what came before it counts as 0.</summary>
    public void Add(long from, ReadOnlySpan<long> to)
    {
        lock (_gate)
        {
            foreach (var moment in to)
            {
                _samples.Add(Math.Max(0, Stopwatch.GetElapsedTime(from, moment).TotalMilliseconds));
            }
        }
    }

    /// <summary>All samples together.</summary>
    public double Sum
    {
        get
        {
            lock (_gate)
            {
                return _samples.Sum();
            }
        }
    }

    /// <summary>The sample that so large a part does not exceed; 1 gives the largest.</summary>
    public double At(double part)
    {
        lock (_gate)
        {
            if (!_sorted)
            {
                _samples.Sort();
                _sorted = true;
            }

            return _samples[(int)Math.Ceiling(part * _samples.Count) - 1];
        }
    }
}
