using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Clients;

namespace Rollcall.Server;

/// <summary>Everything that configures a hub; read from <c>ROLLCALL_…</c> variables and the command line, checked at start.</summary>
public sealed record RollcallOptions
{
    /// <summary>The addresses to listen on.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [$"http://127.0.0.1:{Wire.DefaultPort}"];

    /// <summary>The data directory.</summary>
    public string Data { get; init; } = "data";

    /// <summary>The hub's own timings.</summary>
    public HubOptions Hub { get; init; } = new();

    /// <summary>Bounds of the connections.</summary>
    public FanoutOptions Fanout { get; init; } = new();

    /// <summary>What the log keeps.</summary>
    public Retention Retention { get; init; } = new(TimeSpan.FromDays(30), TimeSpan.FromDays(3), 4L * 1024 * 1024 * 1024);

    /// <summary>How often the fleet as a whole is told of.</summary>
    public FleetOptions Fleet { get; init; } = new();

    /// <summary>Outside sources of session counts: a JSON array, or the path of a file with one.</summary>
    public string? Sources { get; init; }

    /// <summary>The Docker Engine's socket; empty for none.</summary>
    public string DockerSocket { get; init; } = "/var/run/docker.sock";

    /// <summary>When the hub stops, its clients are told to come back at random times within this.</summary>
    public TimeSpan ReconnectWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a key is needed on loopback, too.</summary>
    public bool RequireKeys { get; init; }

    /// <summary>Origins beside the hub's own that may open sockets and change things, such as <c>https://hub.example</c>.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Host names beside loopback's and those of <see cref="Urls"/> that requests may be addressed to.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Sockets and streams that one address may hold open.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 10_000;

    /// <summary>Sockets and streams that one key may hold open.</summary>
    public int MaxConnectionsPerKey { get; init; } = 10_000;

    /// <summary>Commands and pushes that one key may give a second, and ten times as many at once after ten quiet seconds.</summary>
    public int MaxCommandsPerKey { get; init; } = 20_000;

    /// <summary>Whether sockets are compressed for clients that offer it.</summary>
    public bool Compression { get; init; } = true;

    /// <summary>Which existing clients may connect.</summary>
    public ClientOptions Clients { get; init; } = new();

    /// <summary>Where the dashboard's built files are.</summary>
    public string Dashboard { get; init; } = Path.Combine(AppContext.BaseDirectory, "wwwroot");
}
