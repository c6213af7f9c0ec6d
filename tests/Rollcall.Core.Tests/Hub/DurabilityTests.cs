using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

public sealed class DurabilityTests
{
    [Fact]
    public async Task An_answer_comes_only_after_the_event_is_durable_and_nothing_is_shown_before()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var shown = fixture.Hub.View;
        fixture.Log.HoldAppends();
        var answer = fixture.Hub.Submit(new UpdateSession { SessionId = "a", Name = "new" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        Assert.False(answer.IsCompleted);
        Assert.Same(shown, fixture.Hub.View);
        fixture.Log.ReleaseAppends();
        var accepted = Assert.IsType<Outcome.Accepted>(await answer);
        Assert.Equal((fixture.Log.Head, "new"), (accepted.Seq, fixture.View("a")!.Name));
    }

    [Fact]
    public async Task A_log_that_fails_refuses_every_caller_and_changes_nothing_and_the_hub_goes_on()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var failures = 0;
        fixture.Hub.LogFailed += _ => failures++;
        var (shown, head) = (fixture.Hub.View, fixture.Log.Head);
        fixture.Log.Fails = true;
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            fixture.Hub.Submit(new StartTask { SessionId = "a", TaskId = $"t{i}" }, $"key {i}").AsTask()));
        Assert.All(outcomes, outcome => Assert.Equal(ErrorCodes.Unavailable, Assert.IsType<Outcome.Refused>(outcome).Code));
        await Assert.ThrowsAsync<IOException>(async () => await fixture.Hub.Record(new FleetPaused()));
        Assert.Same(shown, fixture.Hub.View);
        Assert.Equal((head, true), (fixture.Log.Head, failures > 0));
        fixture.Log.Fails = false;
        Assert.True((await fixture.Do(new StartTask { SessionId = "a", TaskId = "t0" }, "key 0")).Changed);
        Assert.Equal((head + 2, 1), (fixture.Log.Head, fixture.View("a")!.TasksRunning));
    }

    [Fact]
    public async Task A_failure_that_cannot_be_told_of_ends_nothing()
    {
        await using var fixture = await HubFixture.StartWith("a");
        fixture.Hub.LogFailed += _ => throw new IOException("no space left on the device");
        fixture.Log.Fails = true;
        Assert.IsType<Outcome.Refused>(await fixture.Hub.Submit(new PauseSession { SessionId = "a" }));
        fixture.Log.Fails = false;
        Assert.True((await fixture.Do(new PauseSession { SessionId = "a" })).Changed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_large_batch_that_fails_half_way_nothing_is_left_though_its_first_events_were_written(bool whileDecided)
    {
        await using var fixture = await HubFixture.StartWith("a");
        var (shown, head) = (fixture.Hub.View, fixture.Log.Head);
        Command[] commands = [.. Enumerable.Range(0, 300).Select(i => new StartTask { SessionId = "a", TaskId = $"t{i}" }), new Heartbeat { SessionId = "nobody" }];
        fixture.Log.Fails = !whileDecided;

        var refused = await fixture.Hub.Submit(whileDecided ? new LastFails(commands) : commands);

        Assert.All(refused, outcome => Assert.Equal(ErrorCodes.Unavailable, Assert.IsType<Outcome.Refused>(outcome).Code));
        Assert.Equal(Environment.ProcessorCount > 1, fixture.Log.WrittenAhead > 0);
        Assert.Same(shown, fixture.Hub.View);
        Assert.Equal((head, head), (fixture.Log.Head, (await fixture.Events()).Count));

        fixture.Log.Fails = false;
        var outcomes = await fixture.Hub.Submit(commands);
        Assert.Equal(ErrorCodes.NotFound, Assert.IsType<Outcome.Refused>(outcomes[^1]).Code);
        Assert.Equal((head + 600, 300), (fixture.Log.Head, fixture.View("a")!.TasksRunning));
        await fixture.Restart();
        Assert.Equal((head + 600, 300), (fixture.Log.Head, fixture.View("a")!.TasksRunning));
        Assert.Equal(Enumerable.Range(1, (int)head + 600).Select(seq => (long)seq), (await fixture.Events()).Select(entry => entry.Seq));
    }

    [Fact]
    public async Task A_listener_that_fails_does_not_make_a_durable_command_look_refused()
    {
        await using var fixture = await HubFixture.StartWith("a");
        fixture.Hub.Applied += (_, _) => throw new InvalidOperationException("a bug");
        await fixture.Do(new UpdateSession { SessionId = "a", Name = "new" });
        await fixture.Do(new UpdateSession { SessionId = "a", Name = "newer" });
        Assert.Equal("newer", fixture.View("a")!.Name);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_nothing_is_half_done()
    {
        await using var fixture = await HubFixture.Start(new HubOptions { QueueLength = 4, BatchLength = 1 });
        await fixture.Do(new CreateSession { SessionId = "a" });
        fixture.Log.HoldAppends();
        var first = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        var queued = Enumerable.Range(0, 4).Select(i => fixture.Hub.Submit(new StartTask { SessionId = "a", TaskId = $"t{i}" }).AsTask()).ToList();
        var refused = await fixture.Hub.Submit(
            [new StartTask { SessionId = "a", TaskId = "x" }, new UpdateSession { SessionId = "a", Name = "x" }]);
        Assert.Equal(2, refused.Count);
        Assert.All(refused, outcome => Assert.Equal(ErrorCodes.Unavailable, Assert.IsType<Outcome.Refused>(outcome).Code));
        fixture.Log.ReleaseAppends();
        Assert.All(await Task.WhenAll(queued), outcome => Assert.IsType<Outcome.Accepted>(outcome));
        Assert.IsType<Outcome.Accepted>(await first);
        Assert.Equal((4, null), (fixture.View("a")!.TasksRunning, fixture.View("a")!.Name));
    }

    [Fact]
    public async Task A_queue_full_of_batches_refuses_the_next_batch_and_takes_the_few_commands_of_somebody_else()
    {
        await using var fixture = await HubFixture.Start(new HubOptions { QueueLength = 4, BatchLength = 1 });
        await fixture.Do(new CreateSession { SessionId = "a" });
        fixture.Log.HoldAppends();
        var first = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        var batch = fixture.Hub.Submit([.. Enumerable.Range(0, 40).Select(i => new StartTask { SessionId = "a", TaskId = $"t{i}" })]).AsTask();
        var refused = await fixture.Hub.Submit([.. Enumerable.Range(0, 9).Select(i => new StartTask { SessionId = "a", TaskId = $"x{i}" })]);
        Assert.All(refused, outcome => Assert.Equal(ErrorCodes.Unavailable, Assert.IsType<Outcome.Refused>(outcome).Code));
        var few = fixture.Hub.Submit([new ReportUsage { SessionId = "a", InputTokens = 1 }, new Heartbeat { SessionId = "a" }]).AsTask();
        var single = fixture.Hub.Submit(new UpdateSession { SessionId = "a", Name = "n" }).AsTask();
        fixture.Log.ReleaseAppends();
        Assert.All([.. await batch, .. await few, await first, await single], outcome => Assert.IsType<Outcome.Accepted>(outcome));
        Assert.Equal((40, "n"), (fixture.View("a")!.TasksRunning, fixture.View("a")!.Name));
        Assert.IsType<Outcome.Accepted>((await fixture.Hub.Submit([new StartTask { SessionId = "a", TaskId = "x" }, new StartTask { SessionId = "a", TaskId = "y" }]))[1]);
    }

    [Fact]
    public async Task Commands_from_many_threads_are_numbered_without_a_gap_and_the_totals_are_right()
    {
        const int threads = 8, each = 40;
        await using var fixture = await HubFixture.Start();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(async () =>
        {
            var id = $"s{thread % 3}";
            await fixture.Do(new CreateSession { SessionId = id });
            await Task.WhenAll(Enumerable.Range(0, each).Select(i => fixture.Hub.Submit(
                [
                    new StartTask { SessionId = id, TaskId = $"{thread}.{i}" },
                    new ReportUsage { SessionId = id, InputTokens = 2, OutputTokens = 1, CostUsd = 0.000001m },
                ]).AsTask()));
        }, TestContext.Current.CancellationToken)));
        var events = await fixture.Events();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(seq => (long)seq), events.Select(entry => entry.Seq));
        Assert.All(events.GroupBy(entry => entry.SessionId), of =>
            Assert.Equal(Enumerable.Range(1, of.Count()).Select(version => (long)version), of.Select(entry => entry.Version)));
        var period = fixture.Hub.View.State.Period;
        Assert.Equal((threads * each, threads * each * 2L, threads * each * 1L), (period.TasksRunning, period.InputTokens, period.OutputTokens));
        Assert.Equal(threads * each * 0.000001m, period.CostUsd);
        Assert.Equal(threads * each, fixture.Hub.View.Live.Values.Sum(session => session.View.TasksRunning));
    }

    [Fact]
    public async Task Jido_active_was_told_before_the_session_was_stored_a_session_is_findable_before_anything_is_told()
    {
        await using var fixture = await HubFixture.Start();
        var found = new List<bool>();
        await using var transport = new HubWatcher(fixture.Hub, "sessions", told =>
            found.Add(fixture.Hub.View.Live.ContainsKey(told.SessionId!) && fixture.Find(told.SessionId!).GetAwaiter().GetResult() is not null));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => fixture.Do(new CreateSession { SessionId = $"s{i}" })));
        await transport.Told(40);
        Assert.All(found, Assert.True);
    }

    [Fact]
    public async Task A_stop_answers_what_waits_and_then_refuses()
    {
        await using var fixture = await HubFixture.StartWith("a");
        fixture.Log.HoldAppends();
        var last = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        var stop = fixture.Hub.DisposeAsync().AsTask();
        fixture.Log.ReleaseAppends();
        Assert.IsType<Outcome.Accepted>(await last);
        await stop;
        Assert.Equal(ErrorCodes.Unavailable, (await fixture.Refused(new Heartbeat { SessionId = "a" })).Code);
    }
}

/// <summary>Hears one topic through a codec and a transport that only hand over.</summary>
public sealed class HubWatcher : ITransport, ICodec, IAsyncDisposable
{
    private readonly Action<Publication> _heard;
    private readonly SemaphoreSlim _count = new(0);
    private readonly Queue<Publication> _told = new();
    private readonly Outlet _outlet;

    public HubWatcher(SessionHub hub, string topic, Action<Publication> heard)
    {
        _heard = heard;
        _outlet = hub.Fanout.Open(this, this);
        var selection = new Selection([Topic.Parse(topic)!], null, null);
        _outlet.Start(hub.Fanout.Attach(_outlet, selection, this, null, null).Subscription);
    }

    public bool IsSocket => false;

    public ReadOnlyMemory<byte> KeepAlive => default;

    public async Task Told(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await _count.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => default;

    public ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        foreach (var _ in slices.SelectMany(slice => slice.ToArray()))
        {
            Publication told;
            lock (_told)
            {
                told = _told.Dequeue();
            }

            _heard(told);
            _count.Release();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask Close(int code, string reason) => ValueTask.CompletedTask;

    public void Abort()
    {
    }

    public void WriteEvent(System.Buffers.IBufferWriter<byte> frames, Topic topic, Publication told)
    {
        lock (_told)
        {
            _told.Enqueue(told);
        }

        frames.GetSpan(1)[0] = 0;
        frames.Advance(1);
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot) => [];

    public ValueTask DisposeAsync()
    {
        _outlet.Dispose();
        _count.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Commands of which the last cannot be looked at a second time, which is when it is decided.</summary>
internal sealed class LastFails(IReadOnlyList<Command> commands) : IReadOnlyList<Command>
{
    private int _looks;

    public int Count => commands.Count;

    public Command this[int index] => index < Count - 1 || _looks++ == 0 ? commands[index] : throw new InvalidOperationException("a bug");

    public IEnumerator<Command> GetEnumerator() => commands.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
