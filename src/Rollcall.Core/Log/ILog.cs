using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>
/// The seam to durable storage: the log of events in the order of their sequence numbers, and the read model that
/// is kept in the same transaction. One writer appends; reads may come from any thread.
/// </summary>
public interface ILog : IAsyncDisposable
{
    /// <summary>Made once per data directory: a cursor of another epoch means nothing here.</summary>
    string Epoch { get; }

    /// <summary>When the data directory was made.</summary>
    DateTimeOffset CreatedAt { get; }

    /// <summary>The sequence number of the last durable event; 0 when there is none.</summary>
    long Head { get; }

    /// <summary>
    /// Up to here (inclusive) events of ended sessions may be missing, so that no cursor before it can be resumed. It
    /// rises before anything is removed: looked at after a read, it tells whether that read may lack something.
    /// </summary>
    long PrunedTo { get; }

    /// <summary>Up to here (inclusive) pieces of output may be missing; it rises as <see cref="PrunedTo"/> does.</summary>
    long OutputPrunedTo { get; }

    /// <summary>
    /// Counts the beginnings and ends of the steps in which retention removes something: odd while one is under way. Who
    /// reads what is not after <see cref="PrunedTo"/> in several parts has read one state of the log if it was even and stayed.
    /// </summary>
    long Removals { get; }

    /// <summary>What the hub needs to go on: the live sessions and the fleet's own state.</summary>
    /// <exception cref="LogUnusableException">They cannot be read.</exception>
    ValueTask<Recovered> Recover(CancellationToken cancel = default);

    /// <summary>Makes a batch durable as a whole; when it throws, nothing of it is kept.</summary>
    /// <exception cref="UncertainCommitException">Nothing of it is kept until a restart, which may find it all the same.</exception>
    /// <exception cref="VersionConflictException">A session is no longer at the version the batch was decided on.</exception>
    ValueTask Append(LogBatch batch, CancellationToken cancel = default);

    /// <summary>
    /// Takes the next events of a batch that is still being decided, to write them meanwhile, elsewhere. Nothing of it is kept
    /// or seen until the whole batch is given to <see cref="Append"/>, which throws what went wrong here; if that is not to be,
    /// <see cref="TakeBack"/> must come instead.
    /// </summary>
    void WriteAhead(IReadOnlyList<LogEntry> entries);

    /// <summary>Takes back what was written ahead, if anything was.</summary>
    ValueTask TakeBack();

    /// <summary>Which of these keys were stored with an earlier batch, and the outcomes with them; null where none are. A <see cref="Receipt"/> whose time is over is none.</summary>
    ValueTask<IReadOnlyDictionary<string, string?>> FindReceipts(IReadOnlyCollection<string> keys, CancellationToken cancel = default);

    /// <summary>A session, live or ended, as of the last durable event; null when there is none.</summary>
    ValueTask<Session?> Find(string id, CancellationToken cancel = default);

    /// <summary>Events in order.</summary>
    ValueTask<IReadOnlyList<LogEntry>> Read(LogRange range, CancellationToken cancel = default);

    /// <summary>A page of sessions, with the totals.</summary>
    ValueTask<SessionPage> List(SessionQuery query, CancellationToken cancel = default);

    /// <summary>All sessions it keeps, ended ones included; only those of the named projects, unless null.</summary>
    ValueTask<long> CountAll(IReadOnlySet<string>? projects, CancellationToken cancel = default);

    /// <summary>A stored document, such as the flags or the alert rules; null when there is none.</summary>
    ValueTask<string?> ReadDocument(string name, CancellationToken cancel = default);

    /// <summary>Stores a document and notes in the audit log who changed it.</summary>
    ValueTask WriteDocument(string name, string json, AuditEntry audit, CancellationToken cancel = default);

    /// <summary>Writes down who did what, all of it or nothing.</summary>
    ValueTask Audit(IReadOnlyList<AuditEntry> entries, CancellationToken cancel = default);

    /// <summary>The answer that was given to a request of this key; null when none is stored.</summary>
    ValueTask<StoredAnswer?> FindAnswer(string key, CancellationToken cancel = default);

    /// <summary>Stores the answer to a request; the first one stays.</summary>
    ValueTask SaveAnswer(string key, StoredAnswer answer, CancellationToken cancel = default);

    /// <summary>Writes durably what changes nothing; throws what is in the way of writing.</summary>
    ValueTask ProveWritable(CancellationToken cancel = default);

    /// <summary>Removes what retention no longer keeps, never what a live session needs; the number of events removed.</summary>
    ValueTask<long> Prune(Retention retention, DateTimeOffset now, CancellationToken cancel = default);
}

/// <summary>What the log gives back when it is opened.</summary>
/// <param name="Live">The sessions that have not ended.</param>
/// <param name="Leases">What each live session lives by, by session id: the seconds of a lease, negative while there is an owner; 0 for an owner and no lease.</param>
/// <param name="Fleet">The fleet's own state as last stored; null when it never changed.</param>
public sealed record Recovered(IReadOnlyList<Session> Live, IReadOnlyDictionary<string, int> Leases, string? Fleet);

/// <summary>An event as it is stored: its name and its finished payload.</summary>
/// <param name="Seq">Its place in the log.</param>
/// <param name="Time">When it was accepted, UTC.</param>
/// <param name="Event">Its name on the wire.</param>
/// <param name="SessionId">Whose it is; null for one of the fleet.</param>
/// <param name="Project">The session's project.</param>
/// <param name="Version">The session's version with it; 0 for one of the fleet.</param>
/// <param name="Payload">Its payload, UTF-8 JSON.</param>
public sealed record LogEntry(
    long Seq, DateTimeOffset Time, string Event, string? SessionId, string? Project, long Version, byte[] Payload)
{
    /// <summary>
    /// Its session after it; null where there is none yet. What came before it may be pruned in part, so that its version is not
    /// counted. An event that only a newer version of the hub knows changes nothing that this one knows.
    /// </summary>
    public Session? After(Session? before) => After(before, EventNames.Parse(Event, Payload));

    /// <summary>As <see cref="After(Session?)"/>, for who has read the event: null when only a newer version knows it.</summary>
    public Session? After(Session? before, HubEvent? read) => (read is SessionEvent happened ? SessionFold.Apply(before, happened) : before) is { } after
        ? after with { View = after.View with { Version = Version, Seq = Seq } }
        : null;
}

/// <summary>Everything that becomes durable at once.</summary>
/// <param name="Entries">The events, numbered without a gap from the head on.</param>
/// <param name="Sessions">The state after the batch of every session it touches, heartbeats included.</param>
/// <param name="Leases">Changes of what sessions live by, as <see cref="Recovered.Leases"/> has it; null for nothing.</param>
/// <param name="Receipts">Keys by which a repeated request is recognised.</param>
/// <param name="Fleet">The fleet's own state after the batch; null when it is as before.</param>
public sealed record LogBatch(
    IReadOnlyList<LogEntry> Entries,
    IReadOnlyCollection<Session> Sessions,
    IReadOnlyDictionary<string, int?> Leases,
    IReadOnlyCollection<Receipt> Receipts,
    string? Fleet);

/// <summary>A key by which a repeated request is recognised, kept for 24 h, or as long as its session.</summary>
/// <param name="Key">The key.</param>
/// <param name="SessionId">The session that it lives as long as; null for none.</param>
/// <param name="Time">When it was made, UTC.</param>
/// <param name="Outcomes">What became of each command of the request, so that it is answered the same; null for a key of a single command.</param>
public sealed record Receipt(string Key, string? SessionId, DateTimeOffset Time, string? Outcomes = null);

/// <summary>Which events to read.</summary>
/// <param name="After">Those with a greater sequence number.</param>
/// <param name="UpTo">Those with at most this one.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="SessionId">Only this session's.</param>
/// <param name="Event">Only those of this name.</param>
/// <param name="Last">The last ones of the range instead of the first; still in order.</param>
/// <param name="WithOutput">Whether pieces of output are among them.</param>
/// <param name="Projects">Only those of sessions that were of these projects then; null for all.</param>
/// <param name="ByteLimit">It ends with the event with which their payloads reach this.</param>
public sealed record LogRange(
    long After = 0,
    long UpTo = long.MaxValue,
    int Limit = 1000,
    string? SessionId = null,
    string? Event = null,
    bool Last = false,
    bool WithOutput = true,
    IReadOnlySet<string>? Projects = null,
    long ByteLimit = long.MaxValue);

/// <summary>Which sessions to list.</summary>
public sealed record SessionQuery
{
    /// <summary>So many are passed over.</summary>
    public int Skip { get; init; }

    /// <summary>At most so many, 1–200.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Only these statuses; null for the live ones.</summary>
    public IReadOnlyList<SessionStatus>? Statuses { get; init; }

    /// <summary>Only this three-valued state.</summary>
    public SessionState? State { get; init; }

    /// <summary>Only this project.</summary>
    public string? Project { get; init; }

    /// <summary>Only this agent.</summary>
    public string? Agent { get; init; }

    /// <summary>Only this host.</summary>
    public string? Host { get; init; }

    /// <summary>Only those with this text in id, name, project, cwd or model; case does not matter.</summary>
    public string? Search { get; init; }

    /// <summary>What to sort by.</summary>
    public SessionOrder Order { get; init; } = SessionOrder.UpdatedAt;

    /// <summary>Whether the greatest comes first.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>Only sessions of these projects, which is what the key may see; null for all.</summary>
    public IReadOnlySet<string>? Visible { get; init; }
}

/// <summary>
/// What a list may be sorted by; the names on the wire are snake_case. Those that are equal in it have an order of their
/// own, the same in every list, turned round in a descending one, until the hub is started again.
/// </summary>
public enum SessionOrder
{
    /// <summary>The last event.</summary>
    UpdatedAt,

    /// <summary>The beginning of the life.</summary>
    CreatedAt,

    /// <summary>The name, whatever its case; those without one last, either way.</summary>
    Name,

    /// <summary>The status, along the life cycle; those of one status by their last change.</summary>
    Status,
}

/// <summary>A page of sessions.</summary>
/// <param name="Sessions">The page.</param>
/// <param name="Total">How many match.</param>
/// <param name="Seq">The sequence number that the page is as of; it may be ahead of what was announced, never behind.</param>
public sealed record SessionPage(IReadOnlyList<SessionView> Sessions, long Total, long Seq);

/// <summary>Who did what, when.</summary>
public sealed record AuditEntry(DateTimeOffset Time, string Principal, string Action, string Detail);

/// <summary>An HTTP answer that a repeated request gets again.</summary>
public sealed record StoredAnswer(int Status, string? ContentType, byte[] Body, DateTimeOffset Time);

/// <summary>What is kept, and for how long.</summary>
/// <param name="Sessions">Ended sessions with their events are kept so long.</param>
/// <param name="Output">Pieces of output are kept so long.</param>
/// <param name="MaxBytes">Above so many bytes of payload the oldest go first: output, then ended sessions.</param>
public sealed record Retention(TimeSpan Sessions, TimeSpan Output, long MaxBytes);
