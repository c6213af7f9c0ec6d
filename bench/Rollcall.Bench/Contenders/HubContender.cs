using System.Globalization;
using System.Text;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>The hub: a command comes in, is decided and made durable, and who has joined the topic <c>sessions</c> hears of it.</summary>
internal sealed class HubContender : Contender
{
    public const string Sessions = "/api/v1/sessions";

    private const string Batch = "/api/v1/commands";

    /// <summary>Sessions of one owner: a connection may join 128 topics.</summary>
    private const int OwnedTogether = 100;

    private const string SocketPath = "/socket/websocket?vsn=2.0.0";

    private readonly DirectoryInfo _data;
    private readonly Told _told;
    private readonly bool _overHttp;
    private readonly Words? _words;

    private HubContender(string name, ServerProcess server, DirectoryInfo data, Told told, bool overHttp, Words? words)
        : base(name, server) => (_data, _told, _overHttp, _words) = (data, told, overHttp, words);

    public override Script Script => _words?.Script ?? Joining("""{"snapshot":false}""");

    public override Grammar Grammar => new(
        _words?.Begins ?? $"[null,null,\"sessions\",\"{(_told == Told.Status ? "session_status" : "session_updated")}\",", slot: _told == Told.Count ? 0 : null);

    /// <summary>Starts a hub with a new data directory.</summary>
    /// <param name="name">As in the tables.</param>
    /// <param name="parent">Where to put the data directory: it decides what being durable costs.</param>
    /// <param name="start">What it is to be built for.</param>
    /// <param name="overHttp">Whether commands are requests, each on a connection of its own; else they are the pushes of one owner.</param>
    /// <param name="words">What its watchers speak; its own protocol when not given.</param>
    public static async Task<Contender> Start(string name, string parent, Start start, bool overHttp = false, Words? words = null)
    {
        var data = Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}"));
        try
        {
            var server = await Launch(data.FullName, start);
            return new HubContender(name, server, data, start.Told, overHttp, words);
        }
        catch
        {
            data.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Starts a hub on the data of a directory, with the machine to itself.</summary>
    public static Task<ServerProcess> Launch(string data) => Launch(data, new Start(OneCore: false));

    /// <summary>Joins a topic.</summary>
    public static Script Joining(string payload, string topic = "sessions") => new(
        SocketPath, ($"[\"1\",\"1\",\"{topic}\",\"phx_join\",{payload}]", "\"phx_reply\",{\"status\":\"ok\""));

    public override void Prepare(int slots)
    {
        using var poller = new Poller();
        using var caller = Call(poller);
        for (var slot = 0; slot < slots && _told != Told.Count; slot++)
        {
            caller.Ask(Request("POST", Sessions, $$"""{"id":"{{SessionPrefix}}{{slot}}","agent":"bench","project":"bench","status":"idle"}"""));
        }

        base.Prepare(slots);
    }

    public override int Slots(int outstanding) => _told == Told.Count ? 1 : outstanding;

    /// <summary>What is told of a count is prepared for each number of sessions.</summary>
    public override byte[] Next(int slot, int outstanding) => Next(_told == Told.Count ? outstanding - 1 : slot);

    public override IReadOnlyList<ICaller> Callers(Poller poller, int slots) => _overHttp
        ? base.Callers(poller, slots)
        : [.. Enumerable.Range(0, slots).Chunk(OwnedTogether).SelectMany(some =>
            Reporter.Connect(poller, CommandsTo, Owning(some), some[0], some.Length, $"\"session:{SessionPrefix}"))];

    public override Counters Count()
    {
        var metrics = Metrics();
        return new Counters(Counters.Read(metrics, "rollcall_writes_total"), Counters.Read(metrics, "rollcall_allocated_bytes_total"));
    }

    public string Metrics() => Ask("GET", "/metrics");

    public override void Dispose()
    {
        base.Dispose();
        if (Directory.Exists(_data.FullName))
        {
            _data.Delete(recursive: true);
        }
    }

    /// <summary>Changes of the number of sessions are told as soon as they may be: else it would be the window that is measured.</summary>
    private static Task<ServerProcess> Launch(string data, Start start) => ServerProcess.Start(
        new Launch("dotnet", address => [Builds.Hub, "serve", "--urls", $"{address}", "--data", data], "/readyz")
        {
            Variables = start.Told == Told.Count ? new Dictionary<string, string> { ["ROLLCALL_COUNT_WINDOW"] = "1ms" } : [],
        },
        start);

    protected override byte[] Command(int slot, bool odd)
    {
        if (_told == Told.Count)
        {
            return Request("POST", Batch, $"[{string.Join(',', Enumerable.Repeat("""{"type":"create","agent":"bench"}""", slot + 1))}]");
        }

        var (push, method, path, json) = _told == Told.Status
            ? ("status", "POST", "/status", odd ? """{"status":"idle"}""" : """{"status":"active"}""")
            : ("update", "PATCH", "", _words?.Update?.Invoke(odd) ?? Words.Metadata(odd));
        return _overHttp
            ? Request(method, $"{Sessions}/{SessionPrefix}{slot}{path}", json)
            : Frames.Text(Encoding.UTF8.GetBytes($"[\"{slot}\",\"{push}\",\"session:{SessionPrefix}{slot}\",\"{push}\",{json}]"));
    }

    /// <summary>Owns the session of each slot, and hears nothing of it but answers.</summary>
    private static Script Owning(int[] slots) => new(SocketPath, [.. slots.Select(slot => (
        (string?)$"[\"{slot}\",\"join\",\"session:{SessionPrefix}{slot}\",\"phx_join\",{{\"role\":\"owner\",\"snapshot\":false,\"events\":[\"error\"]}}]",
        $"\"session:{SessionPrefix}{slot}\",\"phx_reply\",{{\"status\":\"ok\""))]);
}
