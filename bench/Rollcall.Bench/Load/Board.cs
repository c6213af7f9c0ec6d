using System.Diagnostics;

namespace Rollcall.Bench.Load;

/// <summary>
/// Where commands and receipts are noted. A slot is one session: it has one command under way at a time, which ends
/// when every watcher has heard of it. Watchers write their own cells; a slot is begun by its publisher alone.
/// </summary>
internal sealed class Board(int slots, int watchers)
{
    private readonly long[] _received = new long[slots * watchers];
    private readonly int[] _left = new int[slots];
    private readonly TaskCompletionSource?[] _heardByAll = new TaskCompletionSource?[slots];
    private long _strays;

    public int Slots => slots;

    public int Watchers => watchers;

    /// <summary>Whether the last command of a slot is still under way.</summary>
    public bool IsOpen(int slot) => Volatile.Read(ref _left[slot]) > 0;

    /// <summary>Begins a command; the task ends when all have heard of it.</summary>
    public Task Begin(int slot)
    {
        if (IsOpen(slot))
        {
            throw new InvalidOperationException($"slot {slot} still has a command under way");
        }

        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Array.Clear(_received, slot * watchers, watchers);
        _heardByAll[slot] = all;
        Volatile.Write(ref _left[slot], watchers);
        return all.Task;
    }

    /// <summary>Notes that a watcher has heard of a slot's command.</summary>
    public void Receive(int slot, int watcher)
    {
        ref var cell = ref _received[(slot * watchers) + watcher];
        if (cell != 0 || !IsOpen(slot))
        {
            Interlocked.Increment(ref _strays);
            return;
        }

        cell = Stopwatch.GetTimestamp();
        if (Interlocked.Decrement(ref _left[slot]) == 0)
        {
            _heardByAll[slot]!.TrySetResult();
        }
    }

    /// <summary>Fails when something was heard twice, or without a command: the figures would not mean what they say.</summary>
    public void Check()
    {
        if (Volatile.Read(ref _strays) is > 0 and var strays)
        {
            throw new InvalidOperationException($"{strays} messages were heard that no command was under way for");
        }
    }

    /// <summary>When each watcher heard of a slot's command; only once all have.</summary>
    public ReadOnlySpan<long> Receipts(int slot) => _received.AsSpan(slot * watchers, watchers);
}
