using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>Where the parts of a <c>realtime_update</c> come from; each may fail without disturbing the others.</summary>
public sealed record RealtimeParts
{
    /// <summary>The hub's own figures.</summary>
    public required RealtimePart Metrics { get; init; }

    /// <summary>The machines.</summary>
    public required RealtimePart Hosts { get; init; }

    /// <summary>The containers; gives null where there is no engine.</summary>
    public required RealtimePart Containers { get; init; }

    /// <summary>How many sessions there are.</summary>
    public required RealtimePart Sessions { get; init; }

    /// <summary>The counts of outside sources; gives null where none is configured.</summary>
    public required RealtimePart Sources { get; init; }
}

/// <summary>Gives one part's JSON now, or throws.</summary>
public delegate ValueTask<JsonElement?> RealtimePart(CancellationToken cancel);

/// <summary>Tells <c>realtime_update</c> while somebody listens. One beat at a time; whoever drives it waits as long as it says.</summary>
public sealed class RealtimeTicker(
    FleetOptions options, TimeProvider time, Func<Flags> flags, PartHealth health, RealtimeParts parts, Func<bool> heard, Action<HubEvent> tell)
{
    /// <summary>A part that takes longer counts as failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.5);

    /// <summary>Tells the state of things, if anybody listens; how long to wait until the next time.</summary>
    public async Task<TimeSpan> Beat(CancellationToken cancel)
    {
        if (!heard() || !flags().RealtimeUpdates)
        {
            return options.Realtime;
        }

        var update = await Now(cancel).ConfigureAwait(false);
        if (flags().RealtimeUpdates)
        {
            tell(update);
        }

        JsonElement?[] all = [update.Metrics, update.Sessions, update.Sources, update.Hosts, update.Containers];
        return all.Any(HasError) ? options.RealtimeAfterFailure : options.Realtime;
    }

    /// <summary>The state of things, whoever listens.</summary>
    public async Task<RealtimeUpdate> Now(CancellationToken cancel)
    {
        var withHosts = flags().HostStats;
        var sources = Ask("sources", parts.Sources, cancel);
        var hosts = withHosts ? Ask("hosts", parts.Hosts, cancel) : Nothing;
        var containers = withHosts ? Ask("containers", parts.Containers, cancel) : Nothing;
        var around = await Task.WhenAll(sources, hosts, containers).ConfigureAwait(false);

        // The hub's own figures last, so that they are as new as can be: who heard that a session began expects it to be counted.
        var own = await Task.WhenAll(Ask("metrics", parts.Metrics, cancel), Ask("sessions", parts.Sessions, cancel)).ConfigureAwait(false);
        return new RealtimeUpdate
        {
            Time = time.GetUtcNow(),
            Metrics = own[0]!.Value,
            Sessions = own[1]!.Value,
            Sources = around[0],
            Hosts = around[1],
            Containers = around[2],
        };
    }

    private static Task<JsonElement?> Nothing => Task.FromResult<JsonElement?>(null);

    /// <summary>Whether a part, or one of its members, says <c>{"error": "why"}</c>.</summary>
    private static bool HasError(JsonElement? part) => part is { ValueKind: JsonValueKind.Object } given
        && (IsError(given) || given.EnumerateObject().Any(member => IsError(member.Value)));

    /// <summary>In words: the number of sessions that failed is called <c>error</c>, too.</summary>
    private static bool IsError(JsonElement given) => given.ValueKind == JsonValueKind.Object
        && given.TryGetProperty("error", out var why) && why.ValueKind == JsonValueKind.String;

    private async Task<JsonElement?> Ask(string name, RealtimePart part, CancellationToken cancel)
    {
        try
        {
            var given = await part(cancel).AsTask().WaitAsync(Patience, time, cancel).ConfigureAwait(false);
            health.Note(name, null);
            return given;
        }
#pragma warning disable CA1031 // Whatever fails, the other parts are told.
        catch (Exception failure) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            var error = failure is TimeoutException ? $"gave no answer within {Patience.TotalSeconds} s" : failure.Message;
            health.Note(name, error);
            return JsonSerializer.SerializeToElement(new PartError(error), FigureJson.Default.PartError);
        }
    }
}
