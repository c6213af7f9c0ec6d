using System.Text.Json.Serialization;
using Rollcall.Protocol;

namespace Rollcall.Core.Alerts;

/// <summary>What may be wrong; the name on the wire is the alert's <c>type</c> and its rule's name.</summary>
[JsonConverter(typeof(SnakeCaseEnum<AlertKind>))]
public enum AlertKind
{
    /// <summary>A machine's processors, in percent.</summary>
    HighCpu,

    /// <summary>A machine's memory, in percent.</summary>
    HighMemory,

    /// <summary>The part of the last minute's commands that was refused, in percent.</summary>
    HighErrorRate,

    /// <summary>For how long a reporting machine was not heard, in seconds.</summary>
    HostDown,

    /// <summary>For how long a container that ran is down, in seconds.</summary>
    ContainerDown,

    /// <summary>What the present work period cost, in US dollars.</summary>
    CostBudget,

    /// <summary>For how long a session waits for a person, in seconds.</summary>
    SessionWaiting,

    /// <summary>For how long a session has failed, in seconds.</summary>
    SessionFailing,
}

/// <summary>What is told of each kind, and what its rule is unless somebody changes it.</summary>
public static class AlertKinds
{
    /// <summary>The rule of a new data directory. Percentages as in the system this hub takes over from.</summary>
    public static AlertRule Default(AlertKind kind) => kind switch
    {
        AlertKind.HighCpu => new(80, 90),
        AlertKind.HighMemory => new(85, 95),
        AlertKind.HighErrorRate => new(5, 10),
        AlertKind.HostDown => new(null, 180),
        AlertKind.ContainerDown => new(null, 0),
        AlertKind.CostBudget => new(null, null),
        AlertKind.SessionWaiting => new(600, null),
        AlertKind.SessionFailing => new(600, null),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>In what its thresholds are given.</summary>
    public static string Unit(AlertKind kind) => kind switch
    {
        AlertKind.HighCpu or AlertKind.HighMemory or AlertKind.HighErrorRate => "percent",
        AlertKind.CostBudget => "US dollars",
        AlertKind.HostDown or AlertKind.ContainerDown or AlertKind.SessionWaiting or AlertKind.SessionFailing => "seconds",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>The most a threshold can be; a year for times.</summary>
    public static double Most(AlertKind kind) => Unit(kind) switch
    {
        "percent" => 100,
        "seconds" => 366 * 86400,
        _ => 1e9,
    };

    /// <summary>What is wrong, in words.</summary>
    public static string Message(AlertKind kind, string? subject, double value) => FormattableString.Invariant(kind switch
    {
        AlertKind.HighCpu => (FormattableString)$"CPU of {subject} at {value:0.#} %",
        AlertKind.HighMemory => $"memory of {subject} at {value:0.#} %",
        AlertKind.HighErrorRate => $"{value:0.#} % of the last minute's commands were refused",
        AlertKind.HostDown => $"host {subject} was not heard for {Span(value)}",
        AlertKind.ContainerDown => $"container {subject} is down",
        AlertKind.CostBudget => $"this work period cost ${value:0.00}",
        AlertKind.SessionWaiting => $"session {subject} waits for a person for {Span(value)}",
        AlertKind.SessionFailing => $"session {subject} has failed for {Span(value)}",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    });

    private static string Span(double seconds) => FormattableString.Invariant(
        seconds < 120 ? (FormattableString)$"{seconds:0} s" : $"{Math.Floor(seconds / 60):0} min");
}
