namespace Rollcall.Bench.Load;

/// <summary>Watchers that came together and go together.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    /// <summary>Connections that are opened at a time, well below a usual accept backlog.</summary>
    private const int AtOnce = 64;

    private readonly Watcher[] _watchers;

    private Crowd(Watcher[] watchers) => _watchers = watchers;

    public static async Task<Crowd> Gather(int count, Func<int, Task<Watcher>> join, Func<int, Heard> heard)
    {
        var watchers = new Watcher[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, _) =>
        {
            watchers[index] = await join(index);
            watchers[index].Listen(heard(index));
        });
        return new Crowd(watchers);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var watcher in _watchers)
        {
            await watcher.DisposeAsync();
        }
    }
}
