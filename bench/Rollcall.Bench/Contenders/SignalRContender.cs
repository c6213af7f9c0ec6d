using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>
/// ASP.NET Core SignalR with its JSON protocol: a request comes in, <c>Clients.All</c> hears of it. It decides
/// nothing and stores nothing, so that it does less than the hub does.
/// </summary>
internal sealed class SignalRContender : Contender
{
    /// <summary>Ends each message of the JSON hub protocol.</summary>
    private const char End = '\u001e';

    private static readonly string[] Statuses = ["active", "idle"];
    private int _turn;

    private SignalRContender(ServerProcess server)
        : base("SignalR", server)
    {
    }

    public static async Task<Contender> Start(bool oneCore) => new SignalRContender(await ServerProcess.Start(
        Builds.SignalR, oneCore, url => ["--urls", url]));

    public override Task Prepare(int slots) => Task.CompletedTask;

    public override async Task<Watcher> Join(int index)
    {
        var watcher = await Watcher.Open(Server.Address, "/hub", index);
        await watcher.Say($$"""{"protocol":"json","version":1}{{End}}""");
        return await watcher.Next() == $"{{}}{End}" ? watcher : throw new IOException("SignalR refused the handshake");
    }

    public override Grammar Grammar(Told told) => new($$"""{"type":1,"target":"{{Target(told)}}",""", (byte)End);

    public override Task Command(Told told, int slot) => Send(HttpMethod.Post, $"/publish/{Target(told)}", Body(told, slot));

    private static string Target(Told told) => told == Told.Status ? "session_status" : "session_updated";

    /// <summary>As many bytes as the hub's event of the same kind.</summary>
    private string Body(Told told, int slot) => told == Told.Status
        ? $$"""{"status":"{{Statuses[Interlocked.Increment(ref _turn) & 1]}}","previous_status":"idle","session_id":"{{SessionPrefix}}{{slot}}","updated_at":"2026-01-01T00:00:00.000Z","seq":1234567,"time":"2026-01-01T00:00:00.000Z"}"""
        : $$"""{"session_id":"{{SessionPrefix}}{{slot}}","updated_at":"2026-01-01T00:00:00.000Z","version":12345,"metadata":{"turn":{{Interlocked.Increment(ref _turn)}},"pad":"{{Builds.Pad}}"},"seq":1234567,"time":"2026-01-01T00:00:00.000Z"}""";
}
