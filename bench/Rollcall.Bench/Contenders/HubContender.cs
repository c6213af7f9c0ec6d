using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>The hub: a command comes in, is decided and made durable, and who has joined the topic <c>sessions</c> hears of it.</summary>
internal sealed class HubContender : Contender
{
    private const string Sessions = "/api/v1/sessions";
    private const string SocketPath = "/socket/websocket?vsn=2.0.0";

    private readonly DirectoryInfo _data;
    private bool[] _working = [];
    private int _turn;

    private HubContender(string name, ServerProcess server, DirectoryInfo data)
        : base(name, server) => _data = data;

    /// <summary>Starts a hub with a new data directory.</summary>
    /// <param name="name">As in the tables.</param>
    /// <param name="parent">Where to put the data directory: it decides what being durable costs.</param>
    /// <param name="oneCore">Whether it is to be built for one core.</param>
    public static async Task<Contender> Start(string name, string parent, bool oneCore)
    {
        var data = Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}"));
        try
        {
            var server = await ServerProcess.Start(Builds.Hub, oneCore, url => ["serve", "--urls", url, "--data", data.FullName]);
            return new HubContender(name, server, data);
        }
        catch
        {
            data.Delete(recursive: true);
            throw;
        }
    }

    public override async Task Prepare(int slots)
    {
        _working = new bool[slots];
        for (var slot = 0; slot < slots; slot++)
        {
            await Send(HttpMethod.Post, Sessions, $$"""{"id":"{{SessionPrefix}}{{slot}}","agent":"bench","status":"idle"}""");
        }
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
        ? Send(HttpMethod.Post, $"{Sessions}/{SessionPrefix}{slot}/status", (_working[slot] = !_working[slot])
            ? """{"status":"active"}"""
            : """{"status":"idle"}""")
        : Send(HttpMethod.Patch, $"{Sessions}/{SessionPrefix}{slot}", $$$"""
            {"metadata":{"turn":{{{Interlocked.Increment(ref _turn)}}},"pad":"{{{Builds.Pad}}}"}}
            """);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
