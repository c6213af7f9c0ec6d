namespace Rollcall.Client;

/// <summary>How to reach a hub, and how patiently.</summary>
public sealed record ConnectionOptions
{
    /// <summary>
    /// The hub's address, such as <c>http://127.0.0.1:7655</c>; <c>https</c> makes the socket <c>wss</c>. It has no path: a
    /// hub is served at the root of its address.
    /// </summary>
    /// <exception cref="ArgumentException">The address has a path, or is neither <c>http</c> nor <c>https</c>.</exception>
    public required Uri Hub { get; init => field = HubAddress.Checked(value, nameof(Hub)); }

    /// <summary>A key, <c>rlc_&lt;id&gt;_&lt;secret&gt;</c>, or a token; null where the hub asks for none. Never part of a URL.</summary>
    public string? Key { get; init; }

    /// <summary>
    /// A heartbeat is sent so often; when nothing at all was heard between two of them, not even a part of a
    /// message, the connection counts as lost. The default, 30 s, is the official Phoenix client's; a hub pings a socket that is silent
    /// for 25 s, and closes it after 35 s.
    /// </summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a push may take, from the call to its reply. The default, 10 s, is the official Phoenix client's.</summary>
    public TimeSpan PushTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt to open the socket may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait before the first attempt to come back; it doubles with every further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait before any attempt to come back; neither this nor what the hub says makes it longer than an hour.</summary>
    public TimeSpan LastRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a lost connection is opened again.</summary>
    public bool Reconnect { get; init; } = true;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the jitter comes from; a seeded one makes it repeatable. Used by one thread at a time.</summary>
    public Random Random { get; init; } = Random.Shared;
}
