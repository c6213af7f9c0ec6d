using System.Text;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log.Lists;

/// <summary>
/// What lists need to know of every session, live or ended, in memory. The log changes it after each commit; a list is
/// taken from what it <see cref="Share">shares</see>, which stays as it is, so that neither waits for the other.
/// </summary>
internal sealed class SessionIndex
{
    /// <summary>So many new names are sorted in some milliseconds.</summary>
    private const int ManyNames = 10_000;

    /// <summary>After so many commits without a list, what changes waits for the next one.</summary>
    private const int Quiet = 1000;

    /// <summary>So many sessions wait to be taken in: some milliseconds, for whoever lists next, where each lies in a chunk of its own.</summary>
    private const int MostChanged = 1536;

    /// <summary>So many, where all lie in a few chunks, which are soon copied: some milliseconds, too, or, if each has a new and long name, up to a tenth of a second.</summary>
    private const int MostNearby = 8192;
    private const int FewChunks = 64;

    private readonly Lock gate = new();
    private readonly Slots<SessionChunk> sessions = new();
    private readonly Places places = new();
    private readonly IdTable ids;
    private readonly Recollection known = new();

    /// <summary>
    /// Sessions that changed and are not taken in yet, while nobody lists: those that changed are those that change next, and
    /// each of a million lies in a chunk of its own.
    /// </summary>
    private readonly Dictionary<string, Session> changes = new(StringComparer.Ordinal);

    private HashSet<string>? removedWhileFilling = new(StringComparer.Ordinal);
    private byte[] text = [];
    private byte[] id = [];
    private int unsorted;
    private int unasked;
    private long head;

    public SessionIndex(long head)
    {
        this.head = head;
        ids = new IdTable(sessions);
    }

    /// <summary>Takes in what a commit changed: sessions as they are now, those that are no longer kept, and the last event.</summary>
    public void Apply(IEnumerable<Session> changed, IEnumerable<string> removed, long seq)
    {
        lock (gate)
        {
            var waits = unasked >= Quiet;
            unasked += waits ? 0 : 1;
            foreach (var session in changed)
            {
                if (waits)
                {
                    changes[session.View.Id] = session;
                }
                else
                {
                    Put(session);
                }
            }

            foreach (var gone in removed)
            {
                Remove(gone);
            }

            head = seq;
            if (changes.Count > Most)
            {
                TakeIn();
            }
        }
    }

    /// <summary>Takes in live sessions that were stored earlier; what is known already is newer.</summary>
    public void Fill(IEnumerable<Session> live)
    {
        lock (gate)
        {
            foreach (var session in live)
            {
                if (IsNew(session.View.Id))
                {
                    Add(Listed.Of(session.View), session);
                }
            }
        }
    }

    /// <inheritdoc cref="Fill(IEnumerable{Session})"/>
    public void Fill(IEnumerable<Listed> ended)
    {
        lock (gate)
        {
            foreach (var session in ended)
            {
                if (IsNew(session.Id))
                {
                    Add(session, null);
                }
            }
        }
    }

    /// <summary>Everything that was stored earlier has been taken in.</summary>
    public void Filled()
    {
        lock (gate)
        {
            removedWhileFilling = null;
            PrepareSoon();
        }
    }

    /// <summary>All sessions as they are after the last commit, for good.</summary>
    public SharedIndex Share()
    {
        lock (gate)
        {
            unasked = 0;
            return Shared();
        }
    }

    /// <summary>How many sessions these projects have.</summary>
    public long Count(IReadOnlySet<string> projects)
    {
        lock (gate)
        {
            TakeIn();
            return places.Count(projects);
        }
    }

    /// <summary>Has names sorted, and their characters known, before a list asks for it, when there are many new ones.</summary>
    private void PrepareSoon()
    {
        unsorted = 0;
        _ = Task.Run(() =>
        {
            SharedIndex shared;
            lock (gate)
            {
                shared = Shared();
            }

            shared.Prepare();
        });
    }

    private int Most => sessions.Chunks <= FewChunks ? MostNearby : MostChanged;

    private SharedIndex Shared()
    {
        TakeIn();
        return new SharedIndex(sessions.Share(), places.Share(), head, known);
    }

    private bool IsNew(string sessionId) => removedWhileFilling?.Contains(sessionId) != true && ids.Find(Utf8(sessionId)) < 0;

    private void TakeIn()
    {
        foreach (var session in changes.Values)
        {
            Put(session);
        }

        changes.Clear();
        if (changes.Capacity > 4 * Most)
        {
            // One commit was about many: to clear room for them each time would cost all that follow.
            changes.TrimExcess();
        }
    }

    private void Put(Session session)
    {
        var view = session.View;
        var slot = ids.Find(Utf8(view.Id));
        if (slot < 0)
        {
            Add(Listed.Of(view), session);
            return;
        }

        var (chunk, at) = (sessions.Changing(slot), slot % Slots.InChunk);
        var before = chunk.Live[at]?.View;
        if (before is null || before.Name != view.Name)
        {
            SetText(chunk, at, view.Id, view.Name);
        }

        var inPlace = chunk.Place[at];
        if (before is null || !SamePlace(before, view))
        {
            places.Leave(inPlace);
            inPlace = places.Enter(Place.Of(view));
        }

        chunk.Set(
            at, inPlace, SessionChunk.KindOf(view.Status, view.State), SqliteTime.Of(view.CreatedAt), SqliteTime.Of(view.UpdatedAt),
            view.IsLive ? session : null);
    }

    private void Add(in Listed listed, Session? session)
    {
        var slot = sessions.Take();
        var (chunk, at) = (sessions.Changing(slot), slot % Slots.InChunk);
        SetText(chunk, at, listed.Id, listed.Name);
        chunk.Set(
            at, places.Enter(listed.Place), SessionChunk.KindOf(listed.Status, listed.State), listed.CreatedAt, listed.UpdatedAt,
            listed.Status == SessionStatus.Terminated ? null : session);
        ids.Add(Utf8(listed.Id), slot);
    }

    private void Remove(string sessionId)
    {
        removedWhileFilling?.Add(sessionId);
        changes.Remove(sessionId);
        var slot = ids.Remove(Utf8(sessionId));
        if (slot >= 0)
        {
            var chunk = sessions.Changing(slot);
            places.Leave(chunk.Place[slot % Slots.InChunk]);
            chunk.Clear(slot % Slots.InChunk);
            sessions.Free(slot);
        }
    }

    private void SetText(SessionChunk chunk, int at, string sessionId, string? name)
    {
        chunk.Text = chunk.Text.With(at, SessionText.Write(sessionId, name, ref text));
        if (++unsorted >= ManyNames && removedWhileFilling is null)
        {
            PrepareSoon();
        }
    }

    private static bool SamePlace(SessionView one, SessionView other) =>
        one.Project == other.Project && one.Agent == other.Agent && one.Host == other.Host && one.Cwd == other.Cwd && one.Model == other.Model;

    private ReadOnlySpan<byte> Utf8(string sessionId)
    {
        var most = Encoding.UTF8.GetMaxByteCount(sessionId.Length);
        if (id.Length < most)
        {
            id = new byte[most];
        }

        return id.AsSpan(0, Encoding.UTF8.GetBytes(sessionId, id));
    }
}
