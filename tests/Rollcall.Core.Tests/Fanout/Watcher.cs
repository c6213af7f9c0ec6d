using System.Diagnostics;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>A connection in memory that keeps what it received, and can stall or break on demand.</summary>
internal sealed class Watcher : ITransport, IDisposable
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<Frame> _heard = [];
    private readonly List<byte> _rest = [];
    private readonly List<(Func<IReadOnlyList<Frame>, bool> Until, TaskCompletionSource Done)> _waits = [];
    private readonly SessionHub _hub;
    private readonly LineCodec _codec;
    private TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _stall;
    private ReadOnlyMemory<byte>? _held;
    private int _writes;

    public Watcher(HubFixture fixture, LineCodec? codec = null)
    {
        (_hub, _codec) = (fixture.Hub, codec ?? LineCodec.Shared);
        Outlet = _hub.Fanout.Open(this, _codec);
    }

    public Outlet Outlet { get; }

    public bool IsSocket { get; init; } = true;

    public Delivery Delivery { get; private set; }

    public ReadOnlyMemory<byte> KeepAlive { get; } = LineCodec.Reply("ping");

    public TaskCompletionSource<(int Code, string Reason)> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Broken { get; set; }

    /// <summary>What aborting it leads to, beside that it is aborted.</summary>
    public Exception? FailsToAbort { get; init; }

    /// <summary>Whether writes are now and then completed by another thread, as on a busy socket.</summary>
    public bool IsBusy { get; init; }

    /// <summary>Whether it holds what it is told until it is released, and where it notes both.</summary>
    public List<string>? Holding { get; init; }

    /// <summary>Whether it only notes that it was asked to hold, and does not.</summary>
    public bool Passes { get; init; }

    /// <summary>What each of its writes leads to, before anybody is told of it.</summary>
    public Action? Written { get; set; }

    public int LargestWrite { get; private set; }

    public int Writes => Volatile.Read(ref _writes);

    public IReadOnlyList<Frame> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    /// <summary>Joins as a server does: a reply with the state, or with what is missed to follow.</summary>
    public async Task<Subscription> Join(string topics, long? after = null, string? events = null, string? projects = null)
    {
        var selection = new Selection([.. topics.Split(' ').Select(name => Topic.Parse(name)!)], Set(events), Set(projects));
        var attachment = _hub.Fanout.Attach(Outlet, selection, _codec, null, after);
        if (attachment.Resumed)
        {
            Outlet.Send(LineCodec.Reply("resumed", attachment.View.Seq));
        }
        else
        {
            var snapshot = await _hub.Fanout.Describe(attachment.Subscription);
            Outlet.Send(LineCodec.Line(topics, "snapshot", snapshot.Seq, snapshot.Json));
        }

        Outlet.Start(attachment.Subscription);
        return attachment.Subscription;
    }

    /// <summary>One for whom a write waits already.</summary>
    public static async Task<Watcher> Stalled(HubFixture fixture)
    {
        var slow = new Watcher(fixture);
        slow.Stall();
        slow.Outlet.Send(LineCodec.Reply("stuck"));
        await slow.UntilStalled();
        return slow;
    }

    /// <summary>Has its system acknowledge some of what it was sent, of which there is more to take, or not.</summary>
    public void Acknowledge(bool hasMore = true) => Delivery = new(Delivery.Acknowledged + 1, hasMore);

    public void Stall()
    {
        _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.CompareExchange(ref _stall, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);
    }

    /// <summary>Waits until a write waits for this watcher to read, and the time runs that it may take.</summary>
    public async Task UntilStalled()
    {
        var began = Stopwatch.GetTimestamp();
        await _stalled.Task.WaitAsync(Hang, TestContext.Current.CancellationToken);
        while (Outlet.Clock.WritingSince == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Hang, "the hub does not note that it writes");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Takes the write that waits, and waits for the next.</summary>
    public Task TakeOne()
    {
        _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _stall, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))?.TrySetResult();
        return UntilStalled();
    }

    public void ReadOn() => Interlocked.Exchange(ref _stall, null)?.TrySetResult();

    /// <summary>Waits until it has heard a sequence number, from an event or a state.</summary>
    public Task Until(long seq) => Until(heard => heard.Any(frame => frame.Seq >= seq && frame.Event != "resumed"));

    public Task UntilEvent(string name, int times = 1) => Until(heard => heard.Count(frame => frame.Event == name) >= times);

    public async Task Until(Func<IReadOnlyList<Frame>, bool> condition)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(_heard))
            {
                return;
            }

            _waits.Add((condition, done));
        }

        await done.Task.WaitAsync(Hang, TestContext.Current.CancellationToken);
    }

    /// <summary>Everything posted to it before was received.</summary>
    public async Task Drained()
    {
        var name = $"mark {Guid.CreateVersion7()}";
        Outlet.Send(LineCodec.Reply(name));
        await UntilEvent(name);
        lock (_gate)
        {
            _heard.RemoveAll(frame => frame.Event == name);
        }
    }

    public bool CanHold => true;

    public bool TryHold(ReadOnlyMemory<byte> bytes)
    {
        if (Holding is null || Passes)
        {
            Holding?.Add("passed");
            return false;
        }

        _held = bytes;
        Holding.Add("held");
        return true;
    }

    public ValueTask Release()
    {
        var held = _held!.Value;
        _held = null;
        Holding!.Add("released");
        return Send([held]);
    }

    public async ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        Assert.Null(_held);
        if (_stall is { } stall)
        {
            _stalled.TrySetResult();
            await stall.Task;
        }

        if (Interlocked.Increment(ref _writes) % 3 != 0 && IsBusy)
        {
            await Task.Yield();
        }

        if (Broken)
        {
            throw new IOException("connection reset");
        }

        Written?.Invoke();
        lock (_gate)
        {
            LargestWrite = Math.Max(LargestWrite, slices.Sum(slice => slice.Length));
            foreach (var slice in slices)
            {
                _rest.AddRange(slice.Span);
            }

            for (var end = _rest.IndexOf((byte)'\n'); end >= 0; end = _rest.IndexOf((byte)'\n'))
            {
                _heard.Add(Frame.Parse(_rest[..end].ToArray()));
                _rest.RemoveRange(0, end + 1);
            }

            _waits.RemoveAll(wait => wait.Until(_heard) && wait.Done.TrySetResult());
        }
    }

    public ValueTask Close(int code, string reason)
    {
        Closed.TrySetResult((code, reason));
        return ValueTask.CompletedTask;
    }

    public void Abort()
    {
        Broken = true;
        ReadOn();
        Aborted.TrySetResult();
        if (FailsToAbort is not null)
        {
            throw FailsToAbort;
        }
    }

    public void Dispose() => Outlet.Dispose();

    private static HashSet<string>? Set(string? names) => names?.Split(' ').ToHashSet();
}
