using Rollcall.Protocol;

namespace Rollcall.Core.Fanout;

/// <summary>An event on its way to the watchers: encoded once, and with what is needed to know who may hear it.</summary>
/// <param name="Seq">Its place in the log; 0 when it is not in the log.</param>
/// <param name="Event">Its name on the wire.</param>
/// <param name="SessionId">Whose it is; null for one of the fleet.</param>
/// <param name="Project">The session's project, or that whose sessions are counted.</param>
/// <param name="Payload">Its payload, UTF-8 JSON.</param>
public sealed record Publication(long Seq, string Event, string? SessionId, string? Project, ReadOnlyMemory<byte> Payload)
{
    private HubEvent? _happened;

    /// <summary>
    /// The session right after the event, for a codec that tells more of it than the event does: the live view may be further on, in
    /// another life. Null for an event of the fleet, and for what comes out of the log.
    /// </summary>
    public SessionView? Session { get; private init; }

    /// <summary>
    /// The event itself, for a codec that says it in other words than the payload's: what was just decided as it is, what
    /// comes out of the log read from there. Null for an event that this version does not know.
    /// </summary>
    public HubEvent? Happened => _happened ??= EventNames.Parse(Event, Payload.Span);

    /// <summary>
    /// Whether it makes a session of an id that no session had that is still known. Who hears it on the session's own topic knows one all the same, which retention has
    /// removed since, and is to be told the state.
    /// </summary>
    public bool BeginsAnew => Event == "session_created" && Happened is SessionCreated { Session.Version: 1 };

    /// <summary>An event of the fleet as a whole.</summary>
    public static Publication Of(HubEvent happened) =>
        new(happened.Seq, happened.EventName, null, (happened as SessionCountChanged)?.Project, EventNames.Payload(happened)) { _happened = happened };

    /// <summary>An event as it stands in the log.</summary>
    /// <param name="entry">Its place there.</param>
    /// <param name="happened">The event itself, where it is at hand.</param>
    /// <param name="session">Its session right after it, where that is at hand.</param>
    public static Publication Of(Log.LogEntry entry, HubEvent? happened = null, SessionView? session = null) =>
        new(entry.Seq, entry.Event, entry.SessionId, entry.Project, entry.Payload) { _happened = happened, Session = session };
}
