using System.Globalization;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>The hub: a command comes in, is decided and made durable, and who has joined the topic <c>sessions</c> hears of it.</summary>
internal sealed class HubContender : Contender
{
    public const string Sessions = "/api/v1/sessions";

    private readonly DirectoryInfo _data;
    private readonly Told _told;

    private HubContender(string name, ServerProcess server, DirectoryInfo data, Told told)
        : base(name, server) => (_data, _told) = (data, told);

    public override Script Script => Joining("""{"snapshot":false}""");

    public override Grammar Grammar => new($"[null,null,\"sessions\",\"{(_told == Told.Status ? "session_status" : "session_updated")}\",");

    /// <summary>Starts a hub with a new data directory.</summary>
    /// <param name="name">As in the tables.</param>
    /// <param name="parent">Where to put the data directory: it decides what being durable costs.</param>
    /// <param name="start">What it is to be built for.</param>
    public static async Task<Contender> Start(string name, string parent, Start start)
    {
        var data = Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}"));
        try
        {
            var server = await ServerProcess.Start(
                new Launch("dotnet", address => [Builds.Hub, "serve", "--urls", $"{address}", "--data", data.FullName], "/readyz"), start);
            return new HubContender(name, server, data, start.Told);
        }
        catch
        {
            data.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Joins the topic <c>sessions</c>.</summary>
    public static Script Joining(string payload) => new(
        "/socket/websocket?vsn=2.0.0", ($"[\"1\",\"1\",\"sessions\",\"phx_join\",{payload}]", "\"phx_reply\",{\"status\":\"ok\""));

    public override void Prepare(int slots)
    {
        using var poller = new Poller();
        using var caller = Call(poller);
        for (var slot = 0; slot < slots; slot++)
        {
            caller.Ask(Request("POST", Sessions, $$"""{"id":"{{SessionPrefix}}{{slot}}","agent":"bench","status":"idle"}"""));
        }

        base.Prepare(slots);
    }

    public override Counters Count()
    {
        var metrics = Metrics();
        return new Counters(Counters.Read(metrics, "rollcall_socket_writes_total"), Counters.Read(metrics, "rollcall_allocated_bytes_total"));
    }

    public string Metrics() => Ask("GET", "/metrics");

    public override void Dispose()
    {
        base.Dispose();
        _data.Delete(recursive: true);
    }

    protected override byte[] Command(int slot, bool odd) => _told == Told.Status
        ? Request("POST", $"{Sessions}/{SessionPrefix}{slot}/status", odd ? """{"status":"idle"}""" : """{"status":"active"}""")
        : Request("PATCH", $"{Sessions}/{SessionPrefix}{slot}", string.Create(
            CultureInfo.InvariantCulture, $$$"""{"metadata":{"turn":{{{(odd ? 2 : 1)}}},"pad":"{{{Builds.Pad}}}"}}"""));
}
