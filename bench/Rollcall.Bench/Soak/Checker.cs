using System.Net.WebSockets;
using Rollcall.Client;

namespace Rollcall.Bench.Soak;

/// <summary>
/// One who watches a topic with the .NET client for the whole time, leaves and comes back, and adds up what it hears,
/// so that it can be held against the log without being kept. Its figures are to be read when it has ended.
/// </summary>
internal sealed class Checker(Uri hub, string topic, int seed)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    private readonly Random _random = new(seed);
    private readonly List<Stretch> _stretches = [];
    private Cursor? _cursor;

    public string Topic => topic;

    public long Events { get; private set; }

    public long Repeated { get; private set; }

    public int Resumes { get; private set; }

    public int Resyncs { get; private set; }

    /// <summary>How often it got the state although it knew where to go on; must stay 0.</summary>
    public int Refused { get; private set; }

    /// <summary>The last number it knows; -1 when it knows nothing.</summary>
    public long Known => Volatile.Read(ref _cursor)?.After ?? -1;

    /// <summary>What it heard without being told that something was left out.</summary>
    public IReadOnlyList<Stretch> Stretches => _stretches;

    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var stay = new CancellationTokenSource(TimeSpan.FromSeconds(_random.Next(5, 90)), TimeProvider.System);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stay.Token, stop);
            try
            {
                var options = new ConnectionOptions { Hub = hub, Random = _random };
                await using var connection = await RollcallConnection.Connect(options, either.Token);
                await using var subscription = connection.Join(topic, new JoinOptions { From = _cursor });
                await foreach (var message in subscription.Messages(either.Token))
                {
                    Take(message);
                }
            }
            catch (OperationCanceledException)
            {
                // It leaves, and comes back.
            }
            catch (WebSocketException)
            {
                await Task.Delay(Retry, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private void Take(TopicMessage message)
    {
        switch (message)
        {
            case TopicMessage.Resumed:
                Resumes++;
                break;
            case TopicMessage.Snapshot:
                Refused += _cursor is null ? 0 : 1;
                Begin(message.Cursor!);
                break;
            case TopicMessage.Resync:
                Resyncs++;
                Begin(message.Cursor!);
                break;
            case TopicMessage.Event { Happened: { Seq: > 0 and var seq } happened, Payload: var payload }:
                Hear(seq, happened.EventName, payload);
                break;
        }
    }

    private void Begin(Cursor cursor)
    {
        _stretches.Add(new Stretch(cursor.After));
        Volatile.Write(ref _cursor, cursor);
    }

    private void Hear(long seq, string name, ReadOnlyMemory<byte> payload)
    {
        Events++;
        if (seq <= Known)
        {
            Repeated++;
            return;
        }

        _stretches[^1].Add(seq, LogSums.Of(seq, name, payload.Span));
        Volatile.Write(ref _cursor, _cursor! with { After = seq });
    }
}

/// <summary>Events that followed each other without an explicit gap: how many, and the sum of their prints.</summary>
internal sealed class Stretch(long after)
{
    public long After { get; } = after;

    public long UpTo { get; private set; } = after;

    public long Count { get; private set; }

    public ulong Sum { get; private set; }

    public void Add(long seq, ulong print)
    {
        UpTo = seq;
        Count++;
        Sum += print;
    }
}
