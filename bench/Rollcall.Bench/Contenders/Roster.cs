using System.ComponentModel;
using System.Diagnostics;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>Who can be measured, each in its documented best form.</summary>
internal static class Roster
{
    public const string Hub = "Rollcall";
    public const string HubOverHttp = "Rollcall, HTTP";
    public const string HubOnDisk = "Rollcall, disk";
    public const string Orc = "Rollcall, orc";
    public const string Agentcmd = "Rollcall, agentcmd";
    public const string HubStatuses = "Rollcall, statuses";
    public const string Jidoka = "Rollcall, Jidoka";
    public const string HubCounts = "Rollcall, counts";
    public const string Kato = "Rollcall, KATO";
    public const string Limit = "C, a send each";
    public const string Gathering = "C, one write";
    public const string SignalR = "SignalR";
    public const string Ws = "ws";
    public const string SocketIo = "Socket.IO";
    public const string Nats = "NATS";

    /// <summary>Ends each message of SignalR's JSON protocol.</summary>
    private const char End = '\u001e';

    private static readonly string Peers = Path.Combine(Builds.Root, "bench", "peers");
    private static readonly string Epoll = Path.Combine(AppContext.BaseDirectory, "c-epoll");
    private static readonly string NodePeers = Path.Combine(Peers, "node");

    private static readonly Grammar Bare = new("{\"session_id\":");

    private static readonly Manner Plain = new(new Script("/"), Bare, "/", (slot, odd) => Event.Json(slot, odd, Event.Length));

    /// <summary>Starts a contender by its name in the tables.</summary>
    /// <exception cref="NotMeasuredException">Something that it needs is not there.</exception>
    public static Task<Contender> Start(string name, BenchOptions options, Start start) => name switch
    {
        Hub => HubContender.Start(name, options.Memory, start),
        HubOverHttp => HubContender.Start(name, options.Memory, start, overHttp: true),
        Orc => HubContender.Start(name, options.Memory, start, words: Words.Orc),
        Agentcmd => HubContender.Start(name, options.Memory, start, words: Words.Agentcmd),
        HubStatuses => HubContender.Start(name, options.Memory, start with { Told = Told.Status }, words: Words.Statuses),
        Jidoka => HubContender.Start(name, options.Memory, start with { Told = Told.Status }, words: Words.Jidoka),
        HubCounts => HubContender.Start(name, options.Memory, start with { Told = Told.Count }, overHttp: true, Words.Counts),
        Kato => HubContender.Start(name, options.Memory, start with { Told = Told.Count }, overHttp: true, Words.Kato),
        HubOnDisk => HubContender.Start(name, options.Disk, start),
        Limit => Peer(name, new Launch(CompiledEpoll(), address => [$"{address.EndPoint.Port}", "one"], "/"), start, Plain with { CountsWrites = true }),
        Gathering => Peer(name, new Launch(CompiledEpoll(), address => [$"{address.EndPoint.Port}", "gather"], "/"), start, Plain with { CountsWrites = true }),
        SignalR => Peer(name, new Launch("dotnet", address => [Builds.SignalR, "--urls", $"{address}"], "/readyz"), start, Signals(start.Told)),
        Ws => Peer(name, Node("ws.mjs"), start, Plain),
        SocketIo => Peer(name, Node("socketio.mjs"), start, Plain with
        {
            Script = new Script("/socket.io/?EIO=4&transport=websocket", (null, "\"sid\""), ("40", "40{")),
            Grammar = new Grammar("42[\"session_updated\","),
            Body = (slot, odd) => Event.Json(slot, odd, Event.Length - 23),
        }),
        Nats => Tool("nats-server", "-v") ? NatsPeer.Start(name, start) : throw new NotMeasuredException("nats-server (Debian: apt-get install nats-server)"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static async Task<Contender> Peer(string name, Launch launch, Start start, Manner manner) =>
        new HttpPeer(name, await ServerProcess.Start(launch, start), manner);

    private static Manner Signals(Told told)
    {
        var target = told == Told.Status ? "session_status" : "session_updated";
        var begins = $$"""{"type":1,"target":"{{target}}",""";
        return new Manner(
            new Script("/hub", ($$"""{"protocol":"json","version":1}{{End}}""", $"{{}}{End}")),
            new Grammar(begins, (byte)End),
            $"/publish/{target}",
            (slot, odd) => Event.Json(slot, odd, (told == Told.Status ? 220 : Event.Length) - begins.Length - 16));
    }

    private static Launch Node(string script)
    {
        if (!Tool("node", "--version"))
        {
            throw new NotMeasuredException("Node 20 or later");
        }

        return Directory.Exists(Path.Combine(NodePeers, "node_modules"))
            ? new Launch("node", address => [Path.Combine(NodePeers, script), $"{address.EndPoint.Port}"], "/")
            : throw new NotMeasuredException("its packages: npm ci in bench/peers/node");
    }

    private static string CompiledEpoll()
    {
        var source = Path.Combine(Peers, "c-epoll", "c-epoll.c");
        return File.GetLastWriteTimeUtc(Epoll) > File.GetLastWriteTimeUtc(source) || Tool("cc", "-O2", "-o", Epoll, source)
            ? Epoll
            : throw new NotMeasuredException("a C compiler named cc (Debian: apt-get install gcc libc6-dev)");
    }

    /// <summary>Whether a tool is there and does as it is told.</summary>
    private static bool Tool(string name, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A contender cannot be measured here; the message says what to install.</summary>
internal sealed class NotMeasuredException(string missing) : Exception(missing);
