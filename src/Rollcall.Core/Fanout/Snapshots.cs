using System.Runtime.CompilerServices;
using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Fanout;

/// <summary>
/// Encodes the state of what a selection hears. A view's snapshot is encoded once, however many ask for it at once.
/// </summary>
#pragma warning disable CA1001 // Nobody waits on the handle of its semaphore.
public sealed class Snapshots(ILog log, TimeProvider time, TimeSpan workPeriodGap)
#pragma warning restore CA1001
{
    /// <summary>Pieces of output that a new subscriber of a session is told.</summary>
    public const int OutputTail = 100;

    /// <summary>Payload of those pieces: the tail begins with the piece with which they reach this.</summary>
    public const long OutputTailBytes = 256 * 1024;

    /// <summary>What is kept of the snapshots of one view, as long as somebody has that.</summary>
    private const long KeptOfView = 64 * 1024 * 1024;

    /// <summary>What is kept of the snapshots of sessions.</summary>
    private const long KeptOfSessions = 32 * 1024 * 1024;

    /// <summary>So old may be what a snapshot says of when sessions were last heard.</summary>
    private static readonly TimeSpan SeenWithin = TimeSpan.FromSeconds(1);

    private readonly ConditionalWeakTable<FleetView, Shared> _views = [];
    private readonly SharedSnapshots _sessions = new(KeptOfSessions);
    private readonly Weight _weight = new();
    private readonly SemaphoreSlim _turns = new(Math.Max(2, Environment.ProcessorCount - 1));
    private long _encodings;

    /// <summary>How many snapshots were encoded so far.</summary>
    public long Encodings => Volatile.Read(ref _encodings);

    /// <summary>What those take that somebody may still have to read; above <see cref="Weight.Most"/> there should be no more.</summary>
    internal long HeldBytes => _weight.Bytes;

    /// <summary>The snapshot of a selection as of a view: of each of its topics what everybody is told who hears that.</summary>
    /// <param name="selection">What is heard.</param>
    /// <param name="moment">As of when.</param>
    /// <param name="isWanted">Whether there is still somebody who waits for it, asked topic by topic.</param>
    internal async ValueTask<Snapshot> Of(Selection selection, Moment moment, Func<bool>? isWanted = null)
    {
        if (selection.Topics is [var only])
        {
            return await OfOne(only, selection, moment, OutputTailBytes).ConfigureAwait(false);
        }

        // What one connection is told is bounded, however many sessions it asks for.
        var tailBytes = OutputTailBytes / Math.Max(1, selection.Topics.Count(topic => topic.Kind == TopicKind.Session));
        var parts = new List<ReadOnlyMemory<byte>>(2 * selection.Topics.Count);
        foreach (var topic in selection.Topics)
        {
            if (isWanted?.Invoke() == false)
            {
                throw new OperationCanceledException();
            }

            parts.Add((byte[])[.. parts.Count == 0 ? "{"u8 : ","u8, .. "\""u8, .. topic.Json.EncodedUtf8Bytes, .. "\":"u8]);
            parts.Add((await OfOne(topic, new Selection([topic], null, selection.Projects), moment, tailBytes).ConfigureAwait(false)).Json);
        }

        parts.Add("}"u8.ToArray());
        return new Snapshot(log.Epoch, moment.View.Seq, parts);
    }

    /// <summary>
    /// Says that nothing was told between two views, so that who asks for the later one is told what was made for the earlier, unless that is long ago: who
    /// was last heard when is not told.
    /// </summary>
    public void Carry(FleetView from, FleetView to)
    {
        if (_views.TryGetValue(from, out var made) && time.GetElapsedTime(made.Since) < SeenWithin)
        {
            _views.AddOrUpdate(to, made);
        }
    }

    /// <summary>The aggregate as of now: one computation for snapshots and updates.</summary>
    public SessionUpdate Aggregate(FleetView view) => view.State.Period.At(time.GetUtcNow(), workPeriodGap);

    private async ValueTask<Snapshot> OfOne(Topic topic, Selection selection, Moment moment, long tailBytes)
    {
        var view = moment.View;
        if (topic.Kind == TopicKind.Session && view.Live.TryGetValue(topic.Subject, out var live))
        {
            return await OfLive(topic, selection, view, live, tailBytes).ConfigureAwait(false);
        }

        // The aggregate's duration grows without an event, by whole seconds.
        var aggregate = SnapshotText.ShowsAggregate(selection, topic) ? view.State.Period.At(moment.At, workPeriodGap) : null;
        var shared = _views.GetValue(view, _ => new Shared(time.GetTimestamp(), new SharedSnapshots(KeptOfView), new(() => ByProject(view))));
        return await shared.Snapshots.Of(
            Key(selection, tailBytes), new(aggregate?.DurationSeconds ?? 0), () => Encode(topic, selection, view, SessionsOf(topic, view, shared), aggregate, tailBytes)).ConfigureAwait(false);
    }

    /// <summary>Of one project the sessions are looked up: somebody may hear a hundred of them.</summary>
    private static IEnumerable<SessionView> SessionsOf(Topic topic, FleetView view, Shared shared) => topic.Project is null
        ? view.Live.Values.Select(session => session.View)
        : shared.Projects.Value.GetValueOrDefault(topic.Project) ?? [];

    private static Dictionary<string, List<SessionView>> ByProject(FleetView view) =>
        view.Live.Values.Where(session => session.View.Project is not null).GroupBy(session => session.View.Project!).ToDictionary(
            project => project.Key, project => project.Select(session => session.View).ToList(), StringComparer.Ordinal);

    /// <summary>A session changes more seldom than the fleet, and its output has to be read; a few at a time, so that many who ask leave room for everybody else.</summary>
    private async ValueTask<Snapshot> OfLive(Topic topic, Selection selection, FleetView view, Session live, long tailBytes)
    {
        var snapshot = await _sessions.Of(Key(selection, tailBytes), new(live.View.Seq, log.Removals, live.View.LastSeenAt.UtcTicks), async () =>
        {
            await _turns.WaitAsync().ConfigureAwait(false);
            try
            {
                return await Encode(topic, selection, view, [], null, tailBytes).ConfigureAwait(false);
            }
            finally
            {
                _turns.Release();
            }
        }).ConfigureAwait(false);
        return snapshot with { Seq = view.Seq };
    }

    private async Task<Snapshot> Encode(
        Topic topic, Selection selection, FleetView view, IEnumerable<SessionView> sessions, SessionUpdate? aggregate, long tailBytes)
    {
        Interlocked.Increment(ref _encodings);
        var tail = topic.Kind == TopicKind.Session ? await Read(topic.Subject, selection, view, tailBytes).ConfigureAwait(false) : null;
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            SnapshotText.Write(json, topic, selection, view, sessions, tail, aggregate);
        }

        var state = new Snapshot(log.Epoch, view.Seq, buffer.Written.ToArray()) { Weight = tail is null ? _weight : null };
        state.Count(state.Json);
        return state;
    }

    /// <summary>A session as of a view, and the end of its output by then.</summary>
    private async ValueTask<SessionTail> Read(string id, Selection selection, FleetView view, long tailBytes)
    {
        var session = await At(view, id).ConfigureAwait(false);
        if (session is null || !selection.Sees(session.View.Project))
        {
            return new SessionTail(null, []);
        }

        // All events of a session would be looked through for output that it never had. An earlier life may have been of another project.
        return new SessionTail(session, session.OutputCount == 0 ? [] : await log.Read(new LogRange(
            UpTo: view.Seq, Limit: OutputTail, SessionId: id, Event: "stream_output", Last: true,
            Projects: selection.Projects, ByteLimit: tailBytes)).ConfigureAwait(false));
    }

    private static string Key(Selection selection, long tailBytes) =>
        tailBytes == OutputTailBytes ? selection.StateKey : $"{tailBytes} {selection.StateKey}";

    /// <summary>A session as of a view, live or ended.</summary>
    private async ValueTask<Session?> At(FleetView view, string id)
    {
        if (view.Live.TryGetValue(id, out var live))
        {
            return live;
        }

        var session = await log.Find(id).ConfigureAwait(false);
        if (session is null || session.View.Seq <= view.Seq)
        {
            return session;
        }

        // It has begun a life since; how it was before is in the log.
        Session? before = null;
        for (var after = 0L; ;)
        {
            var page = await log.Read(new LogRange(After: after, UpTo: view.Seq, SessionId: id, ByteLimit: LogReplay.PageBytes)).ConfigureAwait(false);
            if (page.Count == 0)
            {
                return before;
            }

            foreach (var entry in page)
            {
                before = before is null && entry.Event != "session_created" ? null : entry.After(before);
            }

            after = page[^1].Seq;
        }
    }

    /// <summary>The snapshots of a view, and since when any were made.</summary>
    private sealed record Shared(long Since, SharedSnapshots Snapshots, Lazy<Dictionary<string, List<SessionView>>> Projects);
}
