using System.Text.Json.Serialization;
using Rollcall.Core.Alerts;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;

namespace Rollcall.Server.Operations;

/// <summary>The detector's state.</summary>
/// <param name="WindowMs">Changes within so many milliseconds are one event.</param>
/// <param name="Enabled">Whether the flag <c>session_events</c> is on.</param>
/// <param name="Sources">Each source, our own first.</param>
/// <param name="Health">Which parts could be had the last time they were asked.</param>
public sealed record DetectorAnswer(
    double WindowMs, bool Enabled, IReadOnlyList<DetectorSource> Sources, IReadOnlyDictionary<string, PartState> Health);

/// <summary>One source of the detector.</summary>
/// <param name="Source">Its name.</param>
/// <param name="CurrentCount">How many sessions there are; null before the first time they could be counted.</param>
/// <param name="Baseline">What the next event is measured against.</param>
/// <param name="WindowOpen">Whether a change waits for the end of its window.</param>
/// <param name="LastCountedAt">When it was last counted.</param>
/// <param name="LastEventAt">When the last event was told; null when there was none.</param>
/// <param name="Failures">How often it could not be counted.</param>
/// <param name="Error">Why it could not be counted the last time; null when it could.</param>
/// <param name="History">The last events, newest first; at most ten.</param>
public sealed record DetectorSource(
    string Source,
    long? CurrentCount,
    long? Baseline,
    bool WindowOpen,
    DateTimeOffset? LastCountedAt,
    DateTimeOffset? LastEventAt,
    long Failures,
    string? Error,
    IReadOnlyList<SessionCountChanged> History)
{
    /// <summary>What the detector knows of a source.</summary>
    public static DetectorSource Of(SourceCount known) => new(
        known.Source, known.Current, known.Baseline, known.WindowOpen, known.CountedAt, known.LastEventAt, known.Failures, known.Error, known.History);
}

/// <summary>The machines and the own machine's containers.</summary>
/// <param name="Hosts">By name.</param>
/// <param name="Containers">Null where there is no engine, or it cannot be asked.</param>
public sealed record HostsAnswer(IReadOnlyDictionary<string, Host> Hosts, IReadOnlyList<ContainerFigures>? Containers);

/// <summary>A page of alerts, newest first.</summary>
/// <param name="Alerts">The alerts.</param>
/// <param name="NextBefore">Give this as <c>before</c> for the next page; null when there is none.</param>
public sealed record AlertsAnswer(IReadOnlyList<AlertView> Alerts, long? NextBefore);

/// <summary>The JSON of the routes in this folder.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcTime)])]
[JsonSerializable(typeof(IReadOnlyDictionary<string, bool>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, AlertRule>))]
[JsonSerializable(typeof(DetectorAnswer))]
[JsonSerializable(typeof(HostsAnswer))]
[JsonSerializable(typeof(AlertsAnswer))]
[JsonSerializable(typeof(Host))]
internal sealed partial class OperationsJson : JsonSerializerContext;
