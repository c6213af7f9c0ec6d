namespace Rollcall.Core.Fanout;

/// <summary>Bounds of the connections; the defaults are those of <c>docs/configuration.md</c>.</summary>
public sealed record FanoutOptions
{
    /// <summary>Loops that own the connections.</summary>
    public int Shards { get; init; } = Environment.ProcessorCount;

    /// <summary>A socket that is silent for so long is pinged.</summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>A socket that is silent for so long is gone: told, and cut off at the next look.</summary>
    public TimeSpan MaxSilence { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>A stream of server-sent events gets a comment so often.</summary>
    public TimeSpan CommentEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection whose write makes no progress for longer is closed, 1013; sooner, and unless the whole write is taken, while too many states are held.</summary>
    public TimeSpan MaxStall { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A stalled connection that reads what comes before it within this time still hears why it is closed; then it is cut off.</summary>
    public TimeSpan StallLinger { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Replies and pushes that may wait for one connection; above it nothing more is read from it.</summary>
    public int MaxReplyBytes { get; init; } = 256 * 1024;

    /// <summary>What was told so lately does not count as fallen behind, however much it was (up to 4 MiB a topic).</summary>
    public TimeSpan BurstTolerance { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a shard looks at its connections.</summary>
    public TimeSpan Resolution { get; init; } = TimeSpan.FromSeconds(1);
}
