using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Sessions;

namespace Rollcall.Server.Tests.Faults;

/// <summary>
/// What one subscriber knows of one topic: it remembers everything it was told, over all its connections, and is
/// checked at the end. For one thread at a time.
/// </summary>
internal sealed class Ear(string topic, Tally tally)
{
    private readonly List<Heard> _heard = [];
    private readonly List<string> _wrong = [];
    private readonly List<long> _refused = [];
    private string? _epoch;

    public string Topic => topic;

    /// <summary>The last number it knows; -1 when it knows nothing.</summary>
    public long Known { get; private set; } = -1;

    /// <summary>The cursor to come back with, as the event stream writes it: <c>k3f9-812</c>; null when it knows nothing.</summary>
    public string? Cursor(Claim claim) => Known < 0 || claim == Claim.Nothing ? null
        : claim == Claim.OtherEpoch ? $"other-{Known}"
        : $"{_epoch}-{(claim == Claim.Future ? Known + 1_000_000 : Known)}";

    /// <summary>Whether it can go on over the long poll: from a cursor, and with a topic that can be told by the event alone.</summary>
    public bool CanPoll => Known >= 0 && !topic.StartsWith("project:", StringComparison.Ordinal);

    /// <summary>Whether its topic tells an event; for a project, the event alone does not say.</summary>
    public bool IsFor(Told told) => topic switch
    {
        "*" => told.Event != "stream_output",
        "sessions" => Truth.OfSessions.Contains(told.Event),
        _ => told.Event != "session_created" && JsonNode.Parse(told.Payload)!["session_id"]?.GetValue<string>() is { } id && topic == "session:" + id,
    };

    /// <summary>Whether something was wrong that it noticed by itself.</summary>
    public bool IsWrong => _wrong.Count > 0;

    public void Complain(string what) => _wrong.Add(what);

    /// <summary>The hub goes on from its cursor.</summary>
    public void Resumes(Claim claim)
    {
        Tally.Count(ref tally.Resumes);
        if (Known < 0 || claim != Claim.Own)
        {
            Complain($"was let go on from {claim} {Known}");
        }
    }

    /// <summary>The hub gives the state, whatever cursor it came with.</summary>
    public void StartsAnew(Claim claim, JsonElement answer)
    {
        Tally.Count(ref tally.Snapshots);
        if (Known >= 0 && claim == Claim.Own)
        {
            _refused.Add(Known);
        }

        Replace(answer);
    }

    /// <summary>It was too slow: the hub replaces its state.</summary>
    public void Resyncs(JsonElement answer)
    {
        Tally.Count(ref tally.Resyncs);
        Replace(answer);
    }

    /// <summary>Its state is replaced, by <c>{"epoch":…,"seq":…,"snapshot":…}</c>.</summary>
    private void Replace(JsonElement answer)
    {
        _epoch = answer.GetProperty("epoch").GetString();
        Replace(answer.GetProperty("seq").GetInt64(), answer.GetProperty("snapshot").Clone());
    }

    public void Replace(long seq, JsonElement state)
    {
        if (seq < Known)
        {
            Complain($"got a state of {seq} and knew {Known}");
        }

        _heard.Add(new Heard(seq, null, state));
        Known = seq;
    }

    public void Hear(Told told)
    {
        if (told.Seq > 0)
        {
            Tally.Count(ref tally.Events);
            _heard.Add(new Heard(told.Seq, told, default));
            Known = Math.Max(Known, told.Seq);
        }
    }

    /// <summary>Compares what it was told with the hub's log; gives what is wrong.</summary>
    public IReadOnlyList<string> Check(Truth truth)
    {
        var (fold, known) = (new Fold(topic), -1L);
        foreach (var heard in _heard)
        {
            if (heard.Told is null)
            {
                fold.Replace(heard.Seq, heard.State);
                fold.Compare(truth, heard.Seq, _wrong);
            }
            else if (known < 0 || truth.Next(topic, known) is not { } due || due.Seq != heard.Seq)
            {
                Complain($"heard {heard.Seq} {heard.Told.Event} after {known}; the log has {(known < 0 ? "a state" : truth.Next(topic, known)?.Seq)} next");
                return _wrong;
            }
            else if (!due.IsSame(heard.Told))
            {
                Complain($"heard {heard.Told.Event} {Encoding.UTF8.GetString(heard.Told.Payload)}; the log has {due.Event} {Encoding.UTF8.GetString(due.Payload)}");
            }
            else if (!fold.Hear(due))
            {
                Complain($"heard {due.Event} {Encoding.UTF8.GetString(due.Payload)} of a session that it was never told of; its state is of {fold.Since}");
                return _wrong;
            }

            known = heard.Seq;
        }

        if (known < truth.Last(topic))
        {
            Complain($"knows {known}; the log ends with {truth.Last(topic)}");
        }

        fold.Compare(truth, Math.Max(known, truth.End), _wrong);
        _wrong.AddRange(_refused.Where(cursor => cursor >= truth.PrunedTo).Select(cursor => $"could not go on from {cursor}; the log is whole after {truth.PrunedTo}"));
        return _wrong;
    }

    /// <summary>A state when there is no event.</summary>
    private sealed record Heard(long Seq, Told? Told, JsonElement State);

    /// <summary>The client's own state.</summary>
    private sealed class Fold(string topic)
    {
        private readonly ClientFold _sessions = new();
        private readonly HashSet<string> _tasks = [];
        private readonly List<long> _output = [];

        private bool IsOfOne => topic.StartsWith("session:", StringComparison.Ordinal);

        /// <summary>The number of its last whole state.</summary>
        public long Since { get; private set; } = -1;

        public void Replace(long seq, JsonElement state)
        {
            Since = seq;
            _tasks.Clear();
            _output.Clear();
            if (!IsOfOne)
            {
                _sessions.Replace(state.GetProperty("sessions").EnumerateArray());
                return;
            }

            _sessions.Replace([state.GetProperty("session")]);
            _tasks.UnionWith(state.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("task_id").GetString()!));
            _output.AddRange(state.GetProperty("output").EnumerateArray().Select(piece => piece.GetProperty("seq").GetInt64()));
        }

        /// <summary>False when it is about a session that it does not know.</summary>
        public bool Hear(Told told)
        {
            if (told.Event != "session_created" && IdOf(told) is { } id && !_sessions.Knows(id))
            {
                return false;
            }

            _sessions.Hear(told.Event, told.Payload);
            switch (told.Event)
            {
                case "task_started":
                    _tasks.Add(TaskOf(told));
                    break;
                case "task_completed":
                    _tasks.Remove(TaskOf(told));
                    break;
                case "stream_output":
                    _output.Add(told.Seq);
                    break;
            }

            return true;
        }

        /// <summary>Compares with the hub as it was at a number.</summary>
        public void Compare(Truth truth, long seq, List<string> wrong)
        {
            var live = truth.Live(topic, seq);
            var ids = live.Select(session => session.View.Id).Order().ToList();
            if (!ids.SequenceEqual(_sessions.Live.Order()))
            {
                wrong.Add($"has {string.Join(' ', _sessions.Live.Order())} at {seq}; the hub has {string.Join(' ', ids)}");
                return;
            }

            wrong.AddRange(live.Select(session => HubStates.Difference(session.View, _sessions[session.View.Id])).OfType<string>().Select(what => $"at {seq}: {what}"));
            if (IsOfOne && !live[0].Tasks.Keys.ToHashSet().SetEquals(_tasks))
            {
                wrong.Add($"has the tasks {string.Join(' ', _tasks)} at {seq}; the hub has {string.Join(' ', live[0].Tasks.Keys)}");
            }

            // A snapshot brings as many pieces as there may be, or as many bytes; what is heard comes on top.
            var output = truth.Output(topic, seq, Snapshots.OutputTail).Reverse().ToList();
            var heard = _output.TakeLast(Snapshots.OutputTail).Reverse().ToList();
            if (IsOfOne && (heard.Count < Least(output) || !output.Select(told => told.Seq).Take(heard.Count).SequenceEqual(heard)))
            {
                wrong.Add($"has other output at {seq} than the hub");
            }
        }

        /// <summary>How many of some pieces, the newest first, a snapshot brings at least.</summary>
        private static int Least(IEnumerable<Told> newest)
        {
            var (count, bytes) = (0, 0L);
            foreach (var piece in newest.TakeWhile(_ => bytes < Snapshots.OutputTailBytes))
            {
                bytes += piece.Payload.Length;
                count++;
            }

            return count;
        }

        private static string? IdOf(Told told) => JsonNode.Parse(told.Payload)!["session_id"]?.GetValue<string>();

        private static string TaskOf(Told told) => JsonNode.Parse(told.Payload)!["task_id"]!.GetValue<string>();
    }
}
