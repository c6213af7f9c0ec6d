namespace Rollcall.Server.Api;

/// <summary>Lets requests with the same key pass one after the other. Safe from any thread; costs nothing per key at rest.</summary>
public sealed class KeyedLock
{
    private readonly Dictionary<string, Queue> _queues = [];

    /// <summary>Waits until no other request of the key is on its way; the turn ends when it is disposed of.</summary>
    public async ValueTask<IDisposable> Take(string key, CancellationToken cancel)
    {
        Queue queue;
        lock (_queues)
        {
            if (!_queues.TryGetValue(key, out queue!))
            {
                _queues[key] = queue = new Queue(this, key);
            }

            queue.Users++;
        }

        try
        {
            await queue.Gate.WaitAsync(cancel);
        }
        catch
        {
            Forget(queue);
            throw;
        }

        return queue;
    }

    private void Forget(Queue queue)
    {
        lock (_queues)
        {
            if (--queue.Users == 0)
            {
                _queues.Remove(queue.Key);
                queue.Gate.Dispose();
            }
        }
    }

    private sealed class Queue(KeyedLock keys, string key) : IDisposable
    {
        public string Key => key;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }

        public void Dispose()
        {
            Gate.Release();
            keys.Forget(this);
        }
    }
}
