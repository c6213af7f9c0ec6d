using System.Globalization;
using System.Text.Json;
using Rollcall.Client;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>
/// kill -9 at random moments under load. <c>ROLLCALL_KILLS</c> says how many (8 when not given, 200 by
/// <c>make soak</c>), <c>ROLLCALL_SEED</c> which moments.
/// </summary>
public sealed class KillTests
{
    /// <summary>A kill, a restart, the check of what happened meanwhile, and whatever else the machine has to do.</summary>
    private static readonly TimeSpan MostPerKill = TimeSpan.FromSeconds(60);

    private static readonly string[] OfSessions = ["session_created", "session_status", "session_updated", "session_terminated"];

    private readonly List<string> _wrong = [];
    private string? _epoch;
    private long _head;

    [Fact]
    public async Task Whenever_the_hub_is_killed_what_it_answered_is_there_and_nobody_saw_what_is_not()
    {
        var kills = Setting("ROLLCALL_KILLS", 8);
        var seed = Setting("ROLLCALL_SEED", 20);
        var random = new Random(seed);
        var began = TimeProvider.System.GetTimestamp();
        await using var hub = new HubProcess();
        hub.Launch();
        await hub.Ready();
        using var client = new HubClient(hub.Url);
        await client.Send([new CreateSession { SessionId = Reporters.Owned }], TestContext.Current.CancellationToken);

        var promises = new Promises();
        Watcher[] watchers =
        [
            new SocketWatcher(hub.Url, "*", (name, _) => name != "stream_output"),
            new SocketWatcher(hub.Url, "session:" + Reporters.Owned, (name, payload) => IsOwned(payload) && name != "session_created"),
            new StreamWatcher(hub.Url, "sessions", (name, _) => OfSessions.Contains(name)),
            new StreamWatcher(hub.Url, "sessions,session:" + Reporters.Owned, (name, payload) => OfSessions.Contains(name) || IsOwned(payload)),
            new PollWatcher(hub.Url),
        ];
        using var stopWatching = new CancellationTokenSource(TimeSpan.FromSeconds(30) + (kills * MostPerKill), TimeProvider.System);
        using var stopReporting = CancellationTokenSource.CreateLinkedTokenSource(stopWatching.Token);
        var watching = Task.WhenAll(watchers.Select(watcher => watcher.Run(stopWatching.Token)));
        var reporting = new Reporters(hub.Url, promises).Run(stopReporting.Token);

        for (var kill = 0; kill < kills && _wrong.Count == 0; kill++)
        {
            stopWatching.Token.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(600)), TimeProvider.System, stopWatching.Token);
            while (promises.Made <= 10 * kill)
            {
                // The machine is slow: a kill without load would show nothing.
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, stopWatching.Token);
            }

            await hub.Kill();
            for (hub.Launch(); random.Next(8) == 0; hub.Launch())
            {
                // While it starts, too.
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(900)), TimeProvider.System, stopWatching.Token);
                await hub.Kill();
            }

            await hub.Ready();
            Check(await ReadLog(client), promises, watchers);
        }

        await stopReporting.CancelAsync();
        await reporting;
        await Settle(client, promises, watchers);
        await stopWatching.CancelAsync();
        await watching;

        _wrong.AddRange(promises.Rest());
        _wrong.AddRange(watchers.Where(watcher => watcher.Replaced > 0).Select(watcher => $"{watcher.Replaced} snapshots instead of a resume"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{kills} kills (seed {seed}): {promises.Made} answered commands, {_head} events in the log, {watchers.Length} watchers heard {watchers.Sum(watcher => watcher.Count)} and resumed {watchers.Sum(watcher => watcher.Resumed)} times; {_wrong.Count} wrong; {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s"));
        Assert.Empty(_wrong.Take(10));
        Assert.True(promises.Made > (kills - 1) * 10, "there was hardly any load");
        Assert.All(watchers, watcher => Assert.True(watcher.Count > 0));
    }

    /// <summary>Everything is quiet now: whoever watches hears the rest.</summary>
    private async Task Settle(HubClient client, Promises promises, Watcher[] watchers)
    {
        for (var tries = 0; tries < 1200; tries++)
        {
            Check(await ReadLog(client), promises, watchers);
            if (tries > 5 && watchers.All(watcher => watcher.Missing is null))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        _wrong.AddRange(watchers.Where(watcher => watcher.Missing is not null).Select(watcher => $"{watcher.Missing} was never heard"));
    }

    private void Check(LogStretch log, Promises promises, Watcher[] watchers)
    {
        _wrong.AddRange(promises.Check(log));
        _wrong.AddRange(watchers.SelectMany(watcher => watcher.Check(log)));
    }

    /// <summary>Reads on to where the log ends now; it grows meanwhile.</summary>
    private async Task<LogStretch> ReadLog(HubClient client)
    {
        var after = _head;
        long? end = null;
        var events = new SortedDictionary<long, (string, JsonElement)>();
        while (true)
        {
            var page = await client.Events(_head, 1000);
            end ??= page.GetProperty("head").GetInt64();
            var epoch = page.GetProperty("epoch").GetString();
            _epoch ??= epoch;
            if (epoch != _epoch)
            {
                _wrong.Add($"the epoch was {_epoch} and is {epoch}");
            }

            var before = _head;
            foreach (var entry in page.GetProperty("events").EnumerateArray())
            {
                var payload = entry.GetProperty("payload");
                var seq = payload.GetProperty("seq").GetInt64();
                if (seq != _head + 1)
                {
                    _wrong.Add($"the log goes from {_head} to {seq}");
                }

                events[seq] = (entry.GetProperty("event").GetString()!, payload);
                _head = seq;
            }

            if (before == _head || _head >= end)
            {
                return new LogStretch(after, events, _head);
            }
        }
    }

    private static bool IsOwned(JsonElement payload) =>
        payload.TryGetProperty("session_id", out var id) && id.ValueEquals(Reporters.Owned);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
