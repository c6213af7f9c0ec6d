using System.Diagnostics;

namespace Rollcall.Bench.Load;

/// <summary>
/// Where commands and receipts are noted. A slot is one session: it has one command under way at a time, which ends
/// when every watcher has heard of it. One thread uses it.
/// </summary>
/// <param name="slots">Sessions.</param>
/// <param name="watchers">Those who must hear of every command.</param>
/// <param name="timed">Whether each receipt's time is kept.</param>
internal sealed class Board(int slots, int watchers, bool timed)
{
    private readonly ushort[] _heard = new ushort[slots * watchers];
    private readonly long[] _times = timed ? new long[slots * watchers] : [];
    private readonly ushort[] _command = new ushort[slots];
    private readonly int[] _left = new int[slots];
    private long _strays;

    public int Slots => slots;

    public int Watchers => watchers;

    /// <summary>Called when all have heard of a slot's command.</summary>
    public Action<int>? HeardByAll { get; set; }

    /// <summary>Whether the last command of a slot is still under way.</summary>
    public bool IsOpen(int slot) => _left[slot] > 0;

    public void Begin(int slot)
    {
        if (IsOpen(slot))
        {
            throw new InvalidOperationException($"slot {slot} still lacks {_left[slot]} receipts of its command");
        }

        _command[slot]++;
        _left[slot] = watchers;
    }

    /// <summary>Notes that a watcher has heard of a slot's command.</summary>
    public void Receive(int slot, int watcher)
    {
        var cell = (slot * watchers) + watcher;
        if (_heard[cell] == _command[slot] || _left[slot] == 0)
        {
            _strays++;
            return;
        }

        _heard[cell] = _command[slot];
        if (timed)
        {
            _times[cell] = Stopwatch.GetTimestamp();
        }

        if (--_left[slot] == 0)
        {
            HeardByAll?.Invoke(slot);
        }
    }

    /// <summary>Fails when something was heard twice, or without a command: the figures would not mean what they say.</summary>
    public void Check()
    {
        if (_strays > 0)
        {
            throw new InvalidOperationException($"{_strays} messages were heard that no command was under way for");
        }
    }

    /// <summary>When each watcher heard of a slot's command; only once all have.</summary>
    public ReadOnlySpan<long> Receipts(int slot) => _times.AsSpan(slot * watchers, watchers);
}
