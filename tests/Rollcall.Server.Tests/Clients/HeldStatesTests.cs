using Rollcall.Core.Fanout;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Clients.Jidoka;
using Rollcall.Server.Clients.Orc;

namespace Rollcall.Server.Tests.Clients;

/// <summary>An existing client that reads slowly holds a state of its own, in its protocol's words.</summary>
public sealed class HeldStatesTests
{
    public static TheoryData<string> Clients => [.. Codecs.Keys];

    private static readonly Dictionary<string, ICodec> Codecs = new()
    {
        ["orc"] = new OrcCodec(TimeProvider.System),
        ["jidoka"] = JidokaCodec.Instance,
        ["agentcmd"] = new AgentcmdCodec(),
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_is_made_of_a_state_counts_among_those_that_are_held(string client)
    {
        await using var hub = await TestHub.Start();
        for (var i = 0; i < 500; i++)
        {
            await hub.Post("/api/v1/sessions", new { id = $"s{i}", name = new string('n', 255) });
        }

        var codec = Codecs[client];
        using var watcher = new Unheard(hub, codec);
        var subscription = hub.Hub.Fanout.Attach(watcher.Outlet, new Selection([Topic.Parse("sessions")!], null, null), codec, null, null).Subscription;
        var state = await hub.Hub.Fanout.Describe(subscription);
        var before = hub.Hub.Fanout.HeldShare;

        var told = codec.Resync(subscription, state).Sum(part => part.Length);

        Assert.InRange(told, 70_000, 1_000_000);
        Assert.InRange((hub.Hub.Fanout.HeldShare - before) * 128 * 1024 * 1024, told * 0.9, double.MaxValue);
    }
}
