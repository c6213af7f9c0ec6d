using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>What watchers are told is the same with compression and without.</summary>
public sealed class CompressionTests : IAsyncLifetime
{
    private TestHub _hub = null!;

    /// <summary>The state must not change between two joins by what the hub finds out by itself.</summary>
    public async ValueTask InitializeAsync() =>
        _hub = await TestHub.Start(new RollcallOptions { Fleet = new FleetOptions { CountWindow = TimeSpan.FromHours(1) } });

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_watcher_hears_the_same_state_and_events_in_fewer_bytes()
    {
        await Create(0, 40);
        using var packed = await Join("permessage-deflate; client_max_window_bits");
        using var plain = await Join();
        var states = (await packed.Read(), await plain.Read());
        await Create(40, 60);
        var saved = await Compare(packed, plain, 20);

        Assert.Equal((4, 0), (states.Item1!.Rsv, states.Item2!.Rsv));
        Assert.Equal(Payload(states.Item2), Payload(states.Item1.Inflated));
        Assert.True(states.Item1.Payload.Length * 4 < states.Item2.Payload.Length, "a state of forty sessions shrinks to less than a quarter");
        Assert.True(saved > 0.3, $"events of a new session shrink by a third, not by {saved:P0}");
    }

    [Fact]
    public async Task A_state_is_compressed_once_for_all_who_join_then_whatever_they_call_it()
    {
        await Create(0, 40);
        var before = _hub.Hub.Fanout.SnapshotEncodings;
        var heard = new List<byte[]>();
        foreach (var reference in new[] { "1", "a \"quoted\" name", new string('x', 30_000) })
        {
            using var client = await WireClient.Open(_hub.Address, ["permessage-deflate"]);
            await client.Send([ClientFrame.Text(JsonSerializer.Serialize(new object[] { reference, reference, "sessions", "phx_join", new { } }))]);
            var frame = await client.Read();
            Assert.Equal(4, frame!.Rsv);
            using var json = JsonDocument.Parse(frame.Inflated.Payload);
            Assert.Equal(reference, json.RootElement[1].GetString());
            heard.Add(Encoding.UTF8.GetBytes(json.RootElement[4].GetProperty("response").GetRawText()));
        }

        Assert.Equal(heard[0], heard[1]);
        Assert.Equal(heard[0], heard[2]);
        Assert.Equal(1, _hub.Hub.Fanout.SnapshotEncodings - before);
    }

    /// <summary>Whoever reads it slowly holds it, and not what it was made of.</summary>
    [Fact]
    public async Task A_state_that_is_compressed_counts_among_those_that_are_held()
    {
        for (var i = 0; i < 100; i++)
        {
            await _hub.Post("/api/v1/sessions", new { id = $"s{i}", cwd = $"/{Convert.ToHexString(RandomNumberGenerator.GetBytes(1500))}" });
        }

        using var plain = await Join();
        await plain.Read();
        var before = _hub.Hub.Fanout.HeldShare;
        using var packed = await Join("permessage-deflate");
        var bytes = (await packed.Read())!.Payload.Length;
        Assert.InRange(bytes, 100_000, 300_000);
        Assert.InRange((_hub.Hub.Fanout.HeldShare - before) * 128 * 1024 * 1024, bytes * 0.9, double.MaxValue);
    }

    [Fact]
    public async Task A_watcher_that_resumes_hears_what_it_missed()
    {
        await Create(0, 30);
        using var packed = await Join("permessage-deflate", new { epoch = _hub.Log.Epoch, after = 0 });
        using var plain = await Join(null, new { epoch = _hub.Log.Epoch, after = 0 });
        Assert.Equal(Payload(await plain.Read()), Payload(await packed.Read()));
        await Compare(packed, plain, 30);
    }

    private async Task<WireClient> Join(string? offer = null, object? payload = null)
    {
        var client = await WireClient.Open(_hub.Address, offer is null ? [] : [offer]);
        await client.Send([ClientFrame.Text(JsonSerializer.Serialize(new[] { "1", "1", "sessions", "phx_join", payload ?? new { events = new[] { "session_created" } } }))]);
        return client;
    }

    private async Task Create(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            await _hub.Post("/api/v1/sessions", new { id = $"s{i}", name = $"Session {i}", agent = "tests", project = "web", cwd = "/home/dev/web" });
        }
    }

    /// <summary>Checks that both hear the same; gives the part of the bytes that compression saves.</summary>
    private static async Task<double> Compare(WireClient packed, WireClient plain, int count)
    {
        double bytes = 0, packedBytes = 0;
        while (count > 0)
        {
            var (one, other) = (await packed.Read(), await plain.Read());
            Assert.Equal(Payload(other), Payload(one!.Inflated));
            (bytes, packedBytes) = (bytes + other!.Payload.Length, packedBytes + one.Payload.Length);
            count -= Payload(other).Contains("session_created", StringComparison.Ordinal) ? 1 : 0;
        }

        return 1 - (packedBytes / bytes);
    }

    private static string Payload(ServerFrame? frame) => Encoding.UTF8.GetString(frame!.Inflated.Payload);
}
