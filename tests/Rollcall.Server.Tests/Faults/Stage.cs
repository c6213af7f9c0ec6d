using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Rollcall.Client;
using Rollcall.Core.Fanout;
using Rollcall.Core.Log;

namespace Rollcall.Server.Tests.Faults;

/// <summary>
/// One real hub, and everything that happens to it while subscribers come and go: commands, bursts, perhaps a restart
/// or retention. Its seed repeats what is done, not the moments at which the machine does it.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>Whatever its clients do: 8 s are its own bound, the rest is for a busy machine.</summary>
    private static readonly TimeSpan LongestRestart = TimeSpan.FromSeconds(60);

    private readonly TestHub _hub;
    private readonly Random _random;
    private readonly ConcurrentDictionary<long, Told> _told = new();
    private (Uri Plain, Uri Tls) _addresses;
    private HubClient _client;

    private Stage(TestHub hub, Random random, Tally tally)
    {
        (_hub, _random, Tally) = (hub, random, tally);
        _addresses = (hub.Address, hub.TlsAddress);
        _client = new HubClient(hub.Address);
    }

    public Tally Tally { get; }

    /// <summary>The log as far as it was read; only to be asked when all is over.</summary>
    public Truth Truth { get; } = new();

    /// <summary>Whether nothing more happens.</summary>
    public bool IsOver { get; private set; }

    public static async Task<Stage> Open(int seed, Tally tally)
    {
        var random = new Random(seed);
        var hub = await TestHub.Start(
            new RollcallOptions
            {
                Fanout = new FanoutOptions
                {
                    // So that who stalls falls behind for less than megabytes, and is thrown out within the test.
                    BurstTolerance = random.Next(4) == 0 ? TimeSpan.FromSeconds(1) : TimeSpan.Zero,
                    MaxStall = TimeSpan.FromMilliseconds(random.Next(300, 3000)),
                    StallLinger = TimeSpan.FromMilliseconds(random.Next(100, 500)),
                    Resolution = TimeSpan.FromMilliseconds(50),
                },
                ReconnectWithin = TimeSpan.FromMilliseconds(100),
            },
            tls: true);
        var stage = new Stage(hub, random, tally);
        await stage._client.Send(Script.First, TestContext.Current.CancellationToken);
        return stage;
    }

    /// <summary>Does everything, and then the log is read and compared with the hub's own state.</summary>
    public async Task Play(CancellationToken cancel)
    {
        var script = new Script(_random);
        var steps = _random.Next(25, 40);
        var (restart, prune) = (_random.Next(6) == 0 ? _random.Next(steps) : -1, _random.Next(4) == 0 ? _random.Next(steps) : -1);
        for (var step = 0; step < steps; step++)
        {
            if (step == restart)
            {
                await Restart();
            }
            else if (step == prune)
            {
                await Prune(cancel);
            }

            await _client.Send(script.Next(), cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(100)), TimeProvider.System, cancel);
        }

        await ReadLog(cancel);
        Truth.End = Truth.Head;
        IsOver = true;
    }

    /// <summary>What the hub's own state has that its log does not lead to.</summary>
    public async Task<IEnumerable<string>> Check(CancellationToken cancel)
    {
        await ReadLog(cancel);
        using var http = new HttpClient { BaseAddress = _addresses.Plain };
        var state = await http.GetStringAsync(new Uri("/api/v1/sessions?limit=200", UriKind.Relative), cancel);
        var ear = new Ear("sessions", Tally);
        ear.Replace(Truth.Head, JsonElement.Parse(state));
        return ear.Check(Truth).Select(wrong => $"GET /sessions: {wrong}");
    }

    /// <summary>Whose connections are faulty as planned.</summary>
    public SocketsHttpHandler Lines(FaultPlan plan) => new()
    {
        UseProxy = false,
        ConnectCallback = async (context, cancel) => await FaultyLine.Connect(context.DnsEndPoint, plan, Tally, cancel),
#pragma warning disable CA5359 // The hub's certificate is made for the test; what is tested is what goes through.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    };

    public Uri Address(bool tls) => tls ? _addresses.Tls : _addresses.Plain;

    /// <summary>The same bytes are kept once, however many hear them.</summary>
    public Told Keep(Told told)
    {
        var first = told.Seq == 0 ? told : _told.GetOrAdd(told.Seq, told);
        return first.Event == told.Event && first.Payload.AsSpan().SequenceEqual(told.Payload) ? first : told;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _hub.DisposeAsync();
    }

    private async Task Restart()
    {
        _client.Dispose();
        var began = TimeProvider.System.GetTimestamp();
        await _hub.Restart();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, LongestRestart);
        _addresses = (_hub.Address, _hub.TlsAddress);
        _client = new HubClient(_hub.Address);
    }

    /// <summary>Retention removes what it may: who comes with an old cursor cannot go on.</summary>
    private async Task Prune(CancellationToken cancel)
    {
        var now = TimeProvider.System.GetUtcNow();
        await ReadLog(cancel);
        await _hub.Log.Prune(new Retention(TimeSpan.Zero, TimeSpan.FromDays(1), long.MaxValue), now, cancel);
    }

    private async Task ReadLog(CancellationToken cancel)
    {
        for (long before = -1; before != Truth.Head;)
        {
            before = Truth.Head;
            Truth.Add(await _client.Events(Truth.Head, 1000, cancel: cancel));
        }
    }
}
