using Microsoft.AspNetCore.Http;
using Rollcall.Server.Security;

namespace Rollcall.Server.Configuration;

/// <summary>Every variable that configures a hub: the table of <c>docs/configuration.md</c>.</summary>
public static class Settings
{
    private static readonly RollcallOptions Defaults = new();

    /// <summary>Every setting, in the order of the documentation.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Setting.List("ROLLCALL_URLS", "Urls", Defaults.Urls[0], Binding.AddressRule, Binding.IsAddress,
            "The addresses to listen on.", (o, v) => o with { Urls = v }),
        Setting.Folder("ROLLCALL_DATA", "Data", Defaults.Data, path => !File.Exists(path),
            "The data directory; made where there is none.", (o, v) => o with { Data = v }),
        Setting.Switch("ROLLCALL_REQUIRE_KEYS", "RequireKeys", Defaults.RequireKeys,
            "Whether a key is needed on loopback, too.", (o, v) => o with { RequireKeys = v }),
        Setting.List("ROLLCALL_ALLOWED_ORIGINS", "AllowedOrigins", "none", "must be origins such as https://hub.example", IsOrigin,
            "Origins beside the hub's own whose pages may ask it.", (o, v) => o with { AllowedOrigins = v }),
        Setting.List("ROLLCALL_ALLOWED_HOSTS", "AllowedHosts", "none", "must be names such as hub.example or hub.example:8443", IsHost,
            "Names beside loopback's and those of the addresses that requests may be addressed to.", (o, v) => o with { AllowedHosts = v }),
        Setting.Folder("ROLLCALL_DASHBOARD", "Dashboard", "wwwroot beside the program", Directory.Exists,
            "Where the dashboard's built files are.", (o, v) => o with { Dashboard = v }),
        Setting.Number("ROLLCALL_MAX_CONNECTIONS_PER_ADDRESS", "MaxConnectionsPerAddress", $"{Defaults.MaxConnectionsPerAddress}", (1, 1_000_000),
            "Sockets, streams and long polls that wait that one address may hold open.", (o, v) => o with { MaxConnectionsPerAddress = v }),
        Setting.Number("ROLLCALL_MAX_CONNECTIONS_PER_KEY", "MaxConnectionsPerKey", $"{Defaults.MaxConnectionsPerKey}", (1, 1_000_000),
            "Sockets, streams and long polls that wait that one key may hold open.", (o, v) => o with { MaxConnectionsPerKey = v }),
        Setting.Number("ROLLCALL_MAX_COMMANDS_PER_KEY", "MaxCommandsPerKey", $"{Defaults.MaxCommandsPerKey}", (1, 1_000_000),
            "Commands, pushes, messages for owners and lines of batches that one key may give a second, and ten times as many at once after ten quiet seconds.", (o, v) => o with { MaxCommandsPerKey = v }),
        Setting.Number("ROLLCALL_QUEUE_LENGTH", "Hub.QueueLength", $"{Defaults.Hub.QueueLength}", (1, 1_000_000),
            "Requests that may wait for the writer, and eight times as many commands in batches; above it callers are refused as unavailable.", (o, v) => o with { Hub = o.Hub with { QueueLength = v } }),
        Setting.Number("ROLLCALL_BATCH_LENGTH", "Hub.BatchLength", $"{Defaults.Hub.BatchLength}", (1, 100_000),
            "A durable batch that has so many commands takes no further request.", (o, v) => o with { Hub = o.Hub with { BatchLength = v } }),
        Setting.Duration("ROLLCALL_OWNER_GRACE", "Hub.OwnerGrace", Defaults.Hub.OwnerGrace, ("1ms", "1d"),
            "How long a session outlives its owner's connection.", (o, v) => o with { Hub = o.Hub with { OwnerGrace = v } }),
        Setting.Duration("ROLLCALL_STALE_AFTER", "Hub.StaleAfter", Defaults.Hub.StaleAfter, ("1s", "30d"),
            "How long an active session may be silent before it counts as stale.", (o, v) => o with { Hub = o.Hub with { StaleAfter = v } }),
        Setting.Duration("ROLLCALL_WORK_PERIOD_GAP", "Hub.WorkPeriodGap", Defaults.Hub.WorkPeriodGap, ("1s", "30d"),
            "After so long without a task the next one begins a new work period.", (o, v) => o with { Hub = o.Hub with { WorkPeriodGap = v } }),
        Setting.Duration("ROLLCALL_STORE_HEARTBEATS_EVERY", "Hub.StoreHeartbeatsEvery", Defaults.Hub.StoreHeartbeatsEvery, ("1ms", "1h"),
            "Heartbeats without any event are stored at least so often.", (o, v) => o with { Hub = o.Hub with { StoreHeartbeatsEvery = v } }),
        Setting.Number("ROLLCALL_SHARDS", "Fanout.Shards", "one per core", (1, 1024),
            "Loops that own the connections.", (o, v) => o with { Fanout = o.Fanout with { Shards = v } }),
        Setting.Duration("ROLLCALL_PING_EVERY", "Fanout.PingEvery", Defaults.Fanout.PingEvery, ("1s", "1h"),
            "A socket that is silent for so long is pinged.", (o, v) => o with { Fanout = o.Fanout with { PingEvery = v } }),
        Setting.Duration("ROLLCALL_MAX_SILENCE", "Fanout.MaxSilence", Defaults.Fanout.MaxSilence, ("1s", "1d"),
            "A silent socket is gone within so long; it is closed up to two of ROLLCALL_RESOLUTION before.", (o, v) => o with { Fanout = o.Fanout with { MaxSilence = v } }),
        Setting.Switch("ROLLCALL_COMPRESSION", "Compression", Defaults.Compression,
            "Whether a socket is compressed when its client offers it.", (o, v) => o with { Compression = v }),
        Setting.OnLoopback("ROLLCALL_ORC", "Clients.Orc",
            "Whether orc's web client may connect: see bring-your-client.md.", (o, v) => o with { Clients = o.Clients with { Orc = v } }),
        Setting.OnLoopback("ROLLCALL_JIDOKA", "Clients.Jidoka",
            "Whether the Phoenix socket has Jidoka's topics: see bring-your-client.md.", (o, v) => o with { Clients = o.Clients with { Jidoka = v } }),
        Setting.OnLoopback("ROLLCALL_AGENTCMD", "Clients.Agentcmd",
            "Whether agentcmd's web client may connect: see bring-your-client.md.", (o, v) => o with { Clients = o.Clients with { Agentcmd = v } }),
        Setting.OnLoopback("ROLLCALL_KATO", "Clients.Kato",
            "Whether KATO's dashboard may connect: see bring-your-client.md.", (o, v) => o with { Clients = o.Clients with { Kato = v } }),
        Setting.Switch("ROLLCALL_KATO_REPLACES", "Clients.KatoReplaces", Defaults.Clients.KatoReplaces,
            "Whether a subscription of KATO's dashboard replaces those before it on its connection, instead of adding to them.", (o, v) => o with { Clients = o.Clients with { KatoReplaces = v } }),
        Setting.Duration("ROLLCALL_COMMENT_EVERY", "Fanout.CommentEvery", Defaults.Fanout.CommentEvery, ("1s", "1h"),
            "A stream of server-sent events gets a comment so often.", (o, v) => o with { Fanout = o.Fanout with { CommentEvery = v } }),
        Setting.Duration("ROLLCALL_MAX_STALL", "Fanout.MaxStall", Defaults.Fanout.MaxStall, ("100ms", "1h"),
            "A connection whose write makes no progress for longer is closed; sooner while slow readers hold more than 128 MiB of states.", (o, v) => o with { Fanout = o.Fanout with { MaxStall = v } }),
        Setting.Duration("ROLLCALL_BURST_TOLERANCE", "Fanout.BurstTolerance", Defaults.Fanout.BurstTolerance, ("0s", "1m"),
            "What was told so lately does not count as fallen behind, however much it was (up to 4 MiB a topic).", (o, v) => o with { Fanout = o.Fanout with { BurstTolerance = v } }),
        Setting.Duration("ROLLCALL_STALL_LINGER", "Fanout.StallLinger", Defaults.Fanout.StallLinger, ("0s", "1h"),
            "A stalled connection that reads what comes before it within this time still hears why it is closed; then it is cut off.", (o, v) => o with { Fanout = o.Fanout with { StallLinger = v } }),
        Setting.Size("ROLLCALL_MAX_REPLY_BYTES", "Fanout.MaxReplyBytes", Defaults.Fanout.MaxReplyBytes, ("4KiB", "1GiB"),
            "Replies and pushes that may wait for one connection, each with 160 bytes besides its own.", (o, v) => o with { Fanout = o.Fanout with { MaxReplyBytes = (int)v } }),
        Setting.Duration("ROLLCALL_RESOLUTION", "Fanout.Resolution", Defaults.Fanout.Resolution, ("10ms", "1m"),
            "How often the connections' times are looked at.", (o, v) => o with { Fanout = o.Fanout with { Resolution = v } }),
        Setting.Duration("ROLLCALL_RECONNECT_WITHIN", "ReconnectWithin", Defaults.ReconnectWithin, ("1ms", "10m"),
            "When the hub stops, its clients are told to come back at random times within this.", (o, v) => o with { ReconnectWithin = v }),
        Setting.Duration("ROLLCALL_AGGREGATE_EVERY", "Fleet.Heartbeat", Defaults.Fleet.Heartbeat, ("100ms", "1h"),
            "session_update is told at least so often while a task runs.", (o, v) => o with { Fleet = o.Fleet with { Heartbeat = v } }),
        Setting.Duration("ROLLCALL_AGGREGATE_COALESCE", "Fleet.Coalesce", Defaults.Fleet.Coalesce, ("0s", "10s"),
            "The rest of a burst of session_update is told at most so often.", (o, v) => o with { Fleet = o.Fleet with { Coalesce = v } }),
        Setting.Duration("ROLLCALL_COUNT_WINDOW", "Fleet.CountWindow", Defaults.Fleet.CountWindow, ("1ms", "1m"),
            "Changes of the number of sessions within so long are one session_event.", (o, v) => o with { Fleet = o.Fleet with { CountWindow = v } }),
        Setting.Duration("ROLLCALL_REALTIME_EVERY", "Fleet.Realtime", Defaults.Fleet.Realtime, ("100ms", "1h"),
            "realtime_update is told so often.", (o, v) => o with { Fleet = o.Fleet with { Realtime = v } }),
        Setting.Duration("ROLLCALL_REALTIME_AFTER_FAILURE", "Fleet.RealtimeAfterFailure", Defaults.Fleet.RealtimeAfterFailure, ("100ms", "1h"),
            "realtime_update is told so long after one with a failed part.", (o, v) => o with { Fleet = o.Fleet with { RealtimeAfterFailure = v } }),
        Setting.Duration("ROLLCALL_ALERTS_EVERY", "Fleet.Evaluate", Defaults.Fleet.Evaluate, ("100ms", "1h"),
            "Alerts are looked for so often.", (o, v) => o with { Fleet = o.Fleet with { Evaluate = v } }),
        Setting.Duration("ROLLCALL_ALERT_COOL_DOWN", "Fleet.CoolDown", Defaults.Fleet.CoolDown, ("0s", "7d"),
            "One kind of alert about one subject is told at most so often.", (o, v) => o with { Fleet = o.Fleet with { CoolDown = v } }),
        Setting.Duration("ROLLCALL_HOST_STALE_AFTER", "Fleet.HostStaleAfter", Defaults.Fleet.HostStaleAfter, ("1s", "30d"),
            "A host that was not heard for so long is stale.", (o, v) => o with { Fleet = o.Fleet with { HostStaleAfter = v } }),
        Setting.Duration("ROLLCALL_HOST_DOWN_AFTER", "Fleet.HostDownAfter", Defaults.Fleet.HostDownAfter, ("1s", "30d"),
            "A host that was not heard for so long is down.", (o, v) => o with { Fleet = o.Fleet with { HostDownAfter = v } }),
        Setting.Duration("ROLLCALL_HOST_FORGET_AFTER", "Fleet.ForgetAfter", Defaults.Fleet.ForgetAfter, ("1s", "365d"),
            "A host that was not heard for so long is forgotten.", (o, v) => o with { Fleet = o.Fleet with { ForgetAfter = v } }),
        Setting.Text("ROLLCALL_SOURCES", "Sources", "none", "must be a JSON array of sources, or the path of a file with one",
            "Outside services that know a number of sessions: see operating.md.", (o, v) => o with { Sources = v }),
        Setting.Text("ROLLCALL_DOCKER_SOCKET", "DockerSocket", Defaults.DockerSocket, "must be the path of a socket, or empty",
            "The Docker Engine's socket; empty for none.", (o, v) => o with { DockerSocket = v }) with { TakesEmpty = true },
        Setting.Duration("ROLLCALL_KEEP_SESSIONS", "Retention.Sessions", Defaults.Retention.Sessions, ("1m", "36500d"),
            "Ended sessions with their events are kept so long.", (o, v) => o with { Retention = o.Retention with { Sessions = v } }),
        Setting.Duration("ROLLCALL_KEEP_OUTPUT", "Retention.Output", Defaults.Retention.Output, ("1m", "36500d"),
            "Pieces of output are kept so long.", (o, v) => o with { Retention = o.Retention with { Output = v } }),
        Setting.Size("ROLLCALL_MAX_LOG", "Retention.MaxBytes", Defaults.Retention.MaxBytes, ("1MiB", "1048576GiB"),
            "Above so much of events and request_ids the oldest goes first: output, then ended sessions.", (o, v) => o with { Retention = o.Retention with { MaxBytes = v } }),
    ];

    /// <summary>What holds between settings: the list of the documentation.</summary>
    public static IReadOnlyList<TogetherRule> Together { get; } =
    [
        // Looked at every so often, a socket is pinged up to one look late, and its answer is to come before the last look but one.
        new(["ROLLCALL_PING_EVERY", "ROLLCALL_RESOLUTION"], "(three times) together must be shorter than", "ROLLCALL_MAX_SILENCE",
            "a socket would be closed before its answer to a ping could come", o => [o.Fanout.PingEvery, o.Fanout.Resolution, o.Fanout.MaxSilence], all => all[0] + (3 * all[1]) < all[2]),
        new(["ROLLCALL_AGGREGATE_COALESCE"], "must not be longer than", "ROLLCALL_AGGREGATE_EVERY",
            "session_update would be told less often than that", o => [o.Fleet.Coalesce, o.Fleet.Heartbeat], all => all[0] <= all[1]),
        new(["ROLLCALL_HOST_STALE_AFTER"], "must not be longer than", "ROLLCALL_HOST_DOWN_AFTER",
            "no host would ever be stale", o => [o.Fleet.HostStaleAfter, o.Fleet.HostDownAfter], all => all[0] <= all[1]),
        new(["ROLLCALL_HOST_DOWN_AFTER"], "must not be longer than", "ROLLCALL_HOST_FORGET_AFTER",
            "no host would ever be down", o => [o.Fleet.HostDownAfter, o.Fleet.ForgetAfter], all => all[0] <= all[1]),
    ];

    /// <summary>The options that some variables give.</summary>
    /// <param name="read">Reads a variable; null or empty for the default.</param>
    /// <exception cref="RefusedToStartException">A value breaks its rule, or some do together; the message names the variables and the rule.</exception>
    public static RollcallOptions Read(Func<string, string?> read)
    {
        var options = All.Aggregate(Defaults, (options, setting) => Apply(options, setting, read(setting.Key)));
        return Together.FirstOrDefault(rule => !rule.Holds(options)) is { } broken ? throw new RefusedToStartException(broken.Text(options)) : options;
    }

    /// <summary>The options with one value.</summary>
    /// <exception cref="RefusedToStartException">The value breaks its rule.</exception>
    public static RollcallOptions With(this RollcallOptions options, string key, string? value) => Apply(options, All.Single(setting => setting.Key == key), value);

    private static RollcallOptions Apply(RollcallOptions options, Setting setting, string? value) => value is null || (string.IsNullOrWhiteSpace(value) && !setting.TakesEmpty) ? options
        : setting.Set(options, value.Trim()) ?? throw new RefusedToStartException($"{setting.Key} {setting.Rule}, not {value}");

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", PathAndQuery: "/" };

    private static bool IsHost(string text) => !text.Contains('/', StringComparison.Ordinal) && Uri.CheckHostName(new HostString(text).Host.Trim('[', ']')) != UriHostNameType.Unknown;
}
