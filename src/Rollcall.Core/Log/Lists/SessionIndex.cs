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
    private readonly Lock gate = new();
    private readonly Slots<SessionChunk> sessions = new();
    private readonly Places places = new();
    private readonly IdTable ids;
    private readonly TextSearches inSessions = new();
    private readonly TextSearches inPlaces = new();
    private HashSet<string>? removedWhileFilling = new(StringComparer.Ordinal);
    private byte[] text = [];
    private byte[] id = [];
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
            foreach (var session in changed)
            {
                Put(session);
            }

            foreach (var gone in removed)
            {
                Remove(gone);
            }

            head = seq;
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
        }
    }

    /// <summary>All sessions as they are after the last commit, for good.</summary>
    public SharedIndex Share()
    {
        lock (gate)
        {
            return new SharedIndex(sessions.Share(), places.Share(), inSessions, inPlaces, head);
        }
    }

    /// <summary>How many sessions these projects have.</summary>
    public long Count(IReadOnlySet<string> projects)
    {
        lock (gate)
        {
            return places.Count(projects);
        }
    }

    private bool IsNew(string sessionId) => removedWhileFilling?.Contains(sessionId) != true && ids.Find(Utf8(sessionId)) < 0;

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

        if (before is null || !SamePlace(before, view))
        {
            var left = chunk.Place[at];
            chunk.Place[at] = places.Enter(Place.Of(view));
            places.Leave(left);
        }

        chunk.UpdatedAt[at] = SqliteTime.Of(view.UpdatedAt);
        chunk.CreatedAt[at] = SqliteTime.Of(view.CreatedAt);
        chunk.Kind[at] = SessionChunk.KindOf(view.Status, view.State);
        chunk.Live[at] = view.IsLive ? session : null;
    }

    private void Add(in Listed listed, Session? session)
    {
        var slot = sessions.Take();
        var (chunk, at) = (sessions.Changing(slot), slot % Slots.InChunk);
        SetText(chunk, at, listed.Id, listed.Name);
        chunk.Place[at] = places.Enter(listed.Place);
        chunk.UpdatedAt[at] = listed.UpdatedAt;
        chunk.CreatedAt[at] = listed.CreatedAt;
        chunk.Kind[at] = SessionChunk.KindOf(listed.Status, listed.State);
        chunk.Live[at] = session is { View.IsLive: true } ? session : null;
        ids.Add(Utf8(listed.Id), slot);
    }

    private void Remove(string sessionId)
    {
        removedWhileFilling?.Add(sessionId);
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
        var written = SessionText.Write(sessionId, name, ref text);
        chunk.Text = chunk.Text.With(at, written);
        chunk.NameKey[at] = SessionText.NameKey(written);
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
