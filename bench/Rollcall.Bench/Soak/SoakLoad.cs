using System.Net.WebSockets;
using Rollcall.Client;
using Rollcall.Protocol;

namespace Rollcall.Bench.Soak;

/// <summary>Sessions that come, work and go; connections that come and go; and some that hardly read. Each a loop until it is told to stop.</summary>
internal sealed class SoakLoad(Uri hub, int seed) : IDisposable
{
    /// <summary>Sessions that stay, so that their topics can be watched for the whole time.</summary>
    public const int Staying = 10;

    /// <summary>Sessions that live at any time, beside those; the oldest ends when one begins.</summary>
    private const int Passing = 100;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    private readonly HubClient _client = new(hub);
    private readonly Random _random = new(seed);
    private readonly Queue<string> _passing = [];
    private int _connections;
    private long _commands;
    private int _made;

    public long Commands => _commands;

    public int Connections => _connections;

    public static string Stays(int index) => $"stays-{index}";

    public Task Begin() => Send([.. Enumerable.Range(0, Staying).Select(index => new CreateSession { SessionId = Stays(index), Project = "soak" })]);

    /// <summary>So many commands ten times a second, one of which begins a session.</summary>
    public async Task Report(int batch, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Beat, TimeProvider.System);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop);
                await Send(Batch(batch));
            }
            catch (HttpRequestException)
            {
                // It is drained. What of this took effect, the log tells.
            }
            catch (Exception refused) when (refused is OperationCanceledException or RefusedException)
            {
                // It ends, or is about to.
            }
        }
    }

    /// <summary>One connection after the other that watches for a while and goes, in good order or not.</summary>
    public async Task Churn(int own, CancellationToken stop)
    {
        var random = new Random(own);
        while (!stop.IsCancellationRequested)
        {
            await Visit(TimeSpan.FromSeconds(random.NextDouble() * 20), () => TimeSpan.Zero, random.Next(2) == 0, stop);
        }
    }

    /// <summary>One connection after the other that hardly reads, until the hub throws it out.</summary>
    public async Task Dawdle(int own, CancellationToken stop)
    {
        var random = new Random(own);
        while (!stop.IsCancellationRequested)
        {
            await Visit(TimeSpan.FromMinutes(2), () => TimeSpan.FromSeconds(random.NextDouble() * (random.Next(10) == 0 ? 15 : 0.2)), false, stop);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task Visit(TimeSpan most, Func<TimeSpan> pause, bool isPolite, CancellationToken stop)
    {
        using var stay = new CancellationTokenSource(most, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stay.Token, stop);
        using var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(new UriBuilder(hub) { Scheme = "ws", Path = "/socket/websocket", Query = "vsn=2.0.0" }.Uri, either.Token);
            Interlocked.Increment(ref _connections);
            await socket.SendAsync("""["1","1","sessions","phx_join",{}]"""u8.ToArray(), WebSocketMessageType.Text, true, either.Token);
            var buffer = new byte[16 * 1024];
            while (socket.State == WebSocketState.Open)
            {
                if (pause() is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait, TimeProvider.System, either.Token);
                }

                // A receive that is cancelled breaks the socket off: the polite leave between two messages.
                await socket.ReceiveAsync(buffer.AsMemory(), isPolite ? stop : either.Token);
                if (isPolite && stay.IsCancellationRequested)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // It went, or was thrown out.
        }
    }

    private List<Command> Batch(int size)
    {
        var begun = new CreateSession { SessionId = $"passes-{++_made}", Project = "soak", Agent = "soak", Status = SessionStatus.Idle };
        _passing.Enqueue(begun.SessionId);
        List<Command> batch = [begun];
        if (_passing.Count > Passing)
        {
            batch.Add(new TerminateSession { SessionId = _passing.Dequeue() });
        }

        var live = _passing.ToArray();
        while (batch.Count < size)
        {
            batch.Add(Small(_random.Next(3) == 0 ? Stays(_random.Next(Staying)) : live[_random.Next(live.Length)]));
        }

        return batch;
    }

    private Command Small(string id) => _random.Next(7) switch
    {
        0 => new ChangeStatus { SessionId = id, Status = _random.Next(2) == 0 ? SessionStatus.Active : SessionStatus.Idle },
        1 => new StartTask { SessionId = id, TaskId = $"t{_random.Next(20)}" },
        2 => new CompleteTask { SessionId = id, TaskId = $"t{_random.Next(20)}" },
        3 => new ReportUsage { SessionId = id, InputTokens = _random.Next(1000), OutputTokens = 10, CostUsd = 0.001m },
        4 => new AppendOutput { SessionId = id, Text = new string('o', _random.Next(400)) },
        5 => new CompleteMessage { SessionId = id },
        _ => new UpdateSession { SessionId = id, Name = $"name {_random.Next()} {new string('n', _random.Next(150))}" },
    };

    private async Task Send(List<Command> commands)
    {
        await _client.Send(commands);
        _commands += commands.Count;
    }
}
