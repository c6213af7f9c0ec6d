using System.Collections;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Client;

/// <summary>How long a client waits before it comes back, and what it says first.</summary>
public sealed class ComingBackTests : IDisposable
{
    private readonly BareHub _hub = new();
    private readonly Clock _clock = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task Sockets_that_end_at_once_are_opened_after_longer_and_longer_until_the_hub_answers()
    {
        var (client, socket) = await Connect();
        await using var connection = client;
        for (var i = 0; i < 4; i++)
        {
            socket = await Lose(socket);
        }

        await using var topic = connection.Join("sessions");
        await socket.AcceptJoin();
        await topic.Joined.WaitAsync(BareSocket.Patience());
        await Lose(socket);
        Assert.Equal([19, 39, 79, 159, 19], _clock.Waits);
    }

    [Fact]
    public async Task A_socket_that_lived_for_longer_than_the_longest_wait_was_no_failed_attempt()
    {
        var (client, socket) = await Connect();
        await using var connection = client;
        await using var topic = connection.Join("sessions");
        for (var i = 0; i < 3; i++)
        {
            socket = await Lose(socket);
        }

        await socket.Next("phx_join");
        _clock.Later = TimeSpan.FromSeconds(6);
        await Lose(socket);
        Assert.Equal([19, 39, 79, 19], _clock.Waits);
    }

    [Fact]
    public async Task What_the_hub_said_of_when_to_come_back_holds_whatever_it_answers_behind_that()
    {
        var (client, socket) = await Connect();
        await using var connection = client;
        await using var topic = connection.Join("sessions");
        var join = await socket.Next("phx_join");
        await socket.Say("""[null,null,"phoenix","reconnect_after_ms",{"reconnect_after_ms":77}]""");
        await socket.Answer(join, BareSocket.Taken);
        await topic.Joined.WaitAsync(BareSocket.Patience());
        await Lose(socket);
        Assert.Equal([77], _clock.Waits);
    }

    [Fact]
    public async Task A_leave_is_sent_behind_the_join_that_it_takes_back()
    {
        var (client, socket) = await Connect();
        await using var connection = client;
        var events = new Interrupted();
        var topic = connection.Join("session:a", new JoinOptions { Events = events });
        await socket.AcceptJoin();
        await topic.Joined.WaitAsync(BareSocket.Patience());
        events.By = () => topic.Leave().AsTask();
        socket = await Lose(socket);
        Assert.Equal(("phx_join", "phx_leave"), ((await socket.Next())[3].GetString(), (await socket.Next())[3].GetString()));
    }

    private Task<(RollcallConnection Client, BareSocket Socket)> Connect() =>
        _hub.Connect(options => options with { Random = new Longest(), Time = _clock });

    /// <summary>The socket that is opened in its place.</summary>
    private async Task<BareSocket> Lose(BareSocket socket)
    {
        socket.Drop();
        return await _hub.Accept();
    }

    /// <summary>Writes down every wait of less than a second.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly List<int> _waits = [];

        public IReadOnlyList<int> Waits
        {
            get
            {
                lock (_waits)
                {
                    return [.. _waits];
                }
            }
        }

        public TimeSpan Later { get; set; }

        public override long GetTimestamp() => System.GetTimestamp() + (long)(Later.TotalSeconds * TimestampFrequency);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.FromSeconds(1) && dueTime >= TimeSpan.Zero)
            {
                lock (_waits)
                {
                    _waits.Add((int)dueTime.TotalMilliseconds);
                }
            }

            return System.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>No names of events; while they are read, something else is tried.</summary>
    private sealed class Interrupted : IReadOnlyCollection<string>
    {
        private Func<Task>? _by;

        public int Count => 0;

        public Func<Task>? By { set => _by = value; }

        public IEnumerator<string> GetEnumerator()
        {
            if (Interlocked.Exchange(ref _by, null) is { } other)
            {
                Task.Run(other).Wait(TimeSpan.FromMilliseconds(500));
            }

            return Enumerable.Empty<string>().GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
