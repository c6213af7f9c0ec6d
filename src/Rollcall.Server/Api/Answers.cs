using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>A command was accepted and is durable.</summary>
/// <param name="Ok">Always true.</param>
/// <param name="Seq">The sequence number of its last event; of the session's last one when it changed nothing.</param>
/// <param name="Session">The session after it.</param>
/// <param name="TaskId">The task it is about, when it is about one.</param>
public sealed record CommandAnswer(bool Ok, long Seq, SessionView Session, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TaskId = null);

/// <summary>Something was handed to a session's owner, or an event of the fleet was told.</summary>
public sealed record Told(bool Ok, long Seq);

/// <summary>Whether a program owns a session now, and so hears what a person tells it.</summary>
/// <param name="Owned">Whether one does.</param>
/// <param name="Key">The id of the key that it came with; null when it came without one, or there is none.</param>
/// <param name="Since">Since when, UTC; null when there is none.</param>
public sealed record SessionOwner(bool Owned, string? Key, DateTimeOffset? Since);

/// <summary>A page of sessions.</summary>
/// <param name="Sessions">The page.</param>
/// <param name="Total">How many match.</param>
/// <param name="Skip">As asked.</param>
/// <param name="Limit">As asked.</param>
/// <param name="Page">Its number, from 1.</param>
/// <param name="Pages">How many there are; 0 when nothing matches.</param>
/// <param name="Seq">As of which event.</param>
/// <param name="Epoch">Of which log.</param>
public sealed record SessionList(
    IReadOnlyList<SessionView> Sessions, long Total, int Skip, int Limit, long Page, long Pages, long Seq, string Epoch);

/// <summary>How many sessions there are.</summary>
/// <param name="ActiveSessions">Those that have not ended.</param>
/// <param name="TotalSessions">All that the hub keeps.</param>
/// <param name="ByStatus">The live ones by status, zeroes included.</param>
/// <param name="Seq">As of which event.</param>
/// <param name="Epoch">Of which log.</param>
public sealed record SessionCountAnswer(
    long ActiveSessions, long TotalSessions, IReadOnlyDictionary<string, long> ByStatus, long Seq, string Epoch);

/// <summary>An event of the log.</summary>
/// <param name="Event">Its name.</param>
/// <param name="Payload">As subscribers heard it: with <c>seq</c>, <c>time</c> and the event's own fields.</param>
public sealed record LoggedEvent(string Event, JsonElement Payload);

/// <summary>A page of the log.</summary>
/// <param name="Events">In order.</param>
/// <param name="Seq">Where the next page begins: give it as <c>after</c>.</param>
/// <param name="Head">The last event there is.</param>
/// <param name="PrunedTo">Up to here events of ended sessions may be missing.</param>
/// <param name="OutputPrunedTo">Up to here pieces of output may be missing.</param>
/// <param name="Epoch">Of which log.</param>
public sealed record EventPage(IReadOnlyList<LoggedEvent> Events, long Seq, long Head, long PrunedTo, long OutputPrunedTo, string Epoch);

/// <summary>The aggregate of the fleet: the seven fields of <c>session_update</c>, and as of what.</summary>
public sealed record FleetAnswer(
    long DurationSeconds, long TotalTokens, long InputTokens, long OutputTokens, decimal EstimatedCostUsd, int TasksRunning, bool IsPaused,
    long Seq, DateTimeOffset Time, string Epoch)
{
    /// <summary>The aggregate as it is told.</summary>
    public static FleetAnswer Of(SessionUpdate aggregate, long seq, string epoch) => new(
        aggregate.DurationSeconds, aggregate.TotalTokens, aggregate.InputTokens, aggregate.OutputTokens, aggregate.EstimatedCostUsd,
        aggregate.TasksRunning, aggregate.IsPaused, seq, aggregate.Time, epoch);
}

/// <summary>The fleet as it was.</summary>
/// <param name="Seq">After which event.</param>
/// <param name="Time">At which time.</param>
/// <param name="Epoch">Of which log.</param>
/// <param name="Fleet">The aggregate.</param>
/// <param name="ByStatus">The live sessions by status, zeroes included.</param>
/// <param name="Sessions">The live sessions, the oldest first, or the page of them that was asked for.</param>
public sealed record FleetThen(
    long Seq, DateTimeOffset Time, string Epoch, FleetAnswer Fleet, IReadOnlyDictionary<string, long> ByStatus, IReadOnlyList<SessionView> Sessions);

/// <summary>The outcome of one command of many, in its place.</summary>
/// <param name="Ok">Whether it was accepted.</param>
/// <param name="Seq">The sequence number of its last event, when it was.</param>
/// <param name="SessionId">Its session, when the hub made the id.</param>
/// <param name="TaskId">Its task, when the hub made the id.</param>
/// <param name="Code">Why not, for programs.</param>
/// <param name="Message">Why not, for people.</param>
/// <param name="Field">The field at fault.</param>
public sealed record BatchItem(
    bool Ok,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Seq = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SessionId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TaskId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field = null);

/// <summary>That the hub is alive.</summary>
/// <param name="Status"><c>ok</c>.</param>
public sealed record HealthAnswer(string Status);

/// <summary>Whether the hub is ready.</summary>
/// <param name="Status"><c>ok</c> or <c>unavailable</c>.</param>
/// <param name="Seq">The last durable event.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record ReadyAnswer(
    string Status, long Seq, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null);

/// <summary>A short-lived token.</summary>
public sealed record TokenAnswer(string Token, DateTimeOffset ExpiresAt, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Projects);
