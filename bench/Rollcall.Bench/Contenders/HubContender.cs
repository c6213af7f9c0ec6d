using System.Text;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>The hub: a command comes in, is decided and made durable, and who has joined the topic <c>sessions</c> hears of it.</summary>
internal sealed class HubContender : Contender
{
    private const string SocketPath = "/socket/websocket?vsn=2.0.0";

    private readonly DirectoryInfo _data;
    private readonly bool[] _working;
    private Owner? _owner;

    private HubContender(string name, ServerProcess server, DirectoryInfo data, int slots)
        : base(name, server) => (_data, _working) = (data, new bool[slots]);

    /// <summary>Starts a hub with a new data directory.</summary>
    /// <param name="name">As in the tables.</param>
    /// <param name="parent">Where to put the data directory: it decides what being durable costs.</param>
    /// <param name="pinned">Whether it has one core only.</param>
    public static async Task<Contender> Start(string name, string parent, bool pinned)
    {
        var data = Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}"));
        var server = await ServerProcess.Start(
            Builds.Hub, pinned ? Pinning.Server : null, url => ["serve", "--urls", url, "--data", data.FullName]);
        return new HubContender(name, server, data, MostSlots);
    }

    /// <summary>Sessions there may be.</summary>
    public const int MostSlots = 1000;

    public override async Task Prepare(int slots)
    {
        for (var slot = 0; slot < slots; slot++)
        {
            await Hook(slot, "SessionStart", ",\"source\":\"startup\"");
        }

        _owner = await Owner.Of(Server.Address, SocketPath, slots);
    }

    public override async Task<Watcher> Join(int index)
    {
        var watcher = await Watcher.Open(Server.Address, SocketPath, index);
        await watcher.Say("""["1","1","sessions","phx_join",{"snapshot":false}]""");
        return (await watcher.Next()).Contains("\"status\":\"ok\"", StringComparison.Ordinal)
            ? watcher
            : throw new IOException("the hub refused the join");
    }

    public override Grammar Grammar(Told told) =>
        new($"[null,null,\"sessions\",\"{(told == Told.Status ? "session_status" : "session_updated")}\",", null);

    public override Task Command(Told told, int slot) => told == Told.Status
        ? Hook(slot, (_working[slot] = !_working[slot]) ? "UserPromptSubmit" : "Stop", "")
        : _owner!.Update(slot);

    public override async ValueTask DisposeAsync()
    {
        if (_owner is not null)
        {
            await _owner.DisposeAsync();
        }

        await base.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private Task Hook(int slot, string name, string more) => Send(HttpMethod.Post, "/ingest/hooks/claude-code", Encoding.ASCII.GetBytes(
        $$"""{"session_id":"{{SessionPrefix}}{{slot}}","cwd":"/srv/shop","hook_event_name":"{{name}}"{{more}}}"""));
}
