using System.Buffers;
using Rollcall.Protocol;

namespace Rollcall.Core.Fanout;

/// <summary>The runs that somebody hears, by selection and by topic. Touched only under the fan-out's gate.</summary>
internal sealed class Runs(FanoutOptions options, TimeProvider time, Action<Exception> failed)
{
    /// <summary>
    /// Different filters of events that are heard of the same at a time, each of which has every event that it tells once more. Who comes with
    /// another hears all: there are half a million ways to filter <c>*</c>.
    /// </summary>
    public const int MostFilters = 64;

    /// <summary>
    /// Different combinations of topics, one of them not of one session alone, that are heard at a time in one protocol: each has what its topics tell
    /// once more, and there is no end of combinations.
    /// </summary>
    public const int MostCombinations = 256;

    private readonly Dictionary<(string Selection, ICodec Codec), Run> _runs = [];
    private readonly Dictionary<(string State, ICodec Codec), int> _filters = [];
    private readonly Dictionary<ICodec, int> _combinations = [];
    private readonly Dictionary<string, List<Run>> _byTopic = [];
    private readonly HashSet<Run> _bursts = [];
    private readonly ArrayBufferWriter<byte> _frame = new(1024);

    /// <summary>Whether anybody hears a topic by this very name.</summary>
    public bool Has(string topic) => _byTopic.ContainsKey(topic);

    /// <summary>Whether a selection may be heard, too: it is heard already, or is no combination, or there is room for one more.</summary>
    public bool HasRoom(Selection selection, ICodec codec) =>
        !IsCombination(selection) || _runs.ContainsKey((selection.Key, codec))
        || _combinations.GetValueOrDefault(codec) < MostCombinations;

    /// <summary>A run that nobody hears yet.</summary>
    public Run NewRun(Selection selection, ICodec codec, long seq) => new(selection, codec, seq, options.Shards, options.BurstTolerance);

    /// <summary>The run of a selection, which begins when somebody first asks for it and needs a listener then.</summary>
    public Run Of(Selection selection, ICodec codec, long seq)
    {
        if (!_runs.TryGetValue((selection.Key, codec), out var run))
        {
            if (selection.Events is not null && !TryAddFilter(selection, codec))
            {
                return Of(new Selection(selection.Topics, null, selection.Projects), codec, seq);
            }

            if (IsCombination(selection))
            {
                _combinations[codec] = _combinations.GetValueOrDefault(codec) + 1;
            }

            run = _runs[(selection.Key, codec)] = NewRun(selection, codec, seq);
            foreach (var topic in selection.Topics)
            {
                if (!_byTopic.TryGetValue(topic.Name, out var runs))
                {
                    _byTopic[topic.Name] = runs = [];
                }

                // Beside those of the same codec, so that a frame is encoded once for all of them.
                runs.Insert(runs.FindLastIndex(other => other.Codec == codec) + 1, run);
            }
        }

        return run;
    }

    /// <summary>Takes a listener away; with the last one, the run.</summary>
    public void Leave(Subscription subscription)
    {
        var run = subscription.Run;
        run.Leave(subscription);
        if (run.HasListeners)
        {
            return;
        }

        _runs.Remove((run.Selection.Key, run.Codec));
        if (run.Selection.Events is not null)
        {
            RemoveFilter(run.Selection, run.Codec);
        }

        if (IsCombination(run.Selection))
        {
            _combinations[run.Codec]--;
        }

        foreach (var topic in run.Selection.Topics)
        {
            if (_byTopic.TryGetValue(topic.Name, out var runs) && runs.Remove(run) && runs.Count == 0)
            {
                _byTopic.Remove(topic.Name);
            }
        }
    }

    /// <summary>Adds an event to every run that hears it, once.</summary>
    public void Append(Publication told, long order, Action<Run> grown)
    {
        if (_byTopic.Count == 0)
        {
            return;
        }

        if (told.BeginsAnew && _byTopic.TryGetValue(Topic.OfSession(told.SessionId!), out var watched))
        {
            foreach (var run in watched)
            {
                run.Lose(told.Seq, order);
                grown(run);
            }
        }

        foreach (var name in Topic.Of(told))
        {
            Append(name, told, order, grown);
        }
    }

    /// <summary>Lets go of bursts behind which nothing more was told: who has not read them by the time that a write may take is behind.</summary>
    /// <param name="dropped">Called with each run of which something is gone.</param>
    public void DropBursts(Action<Run> dropped)
    {
        if (_bursts.Count > 0)
        {
            var now = time.GetElapsedTime(0) - options.MaxStall;
            _bursts.RemoveWhere(run =>
            {
                if (run.DropOld(now))
                {
                    dropped(run);
                }

                return !run.HoldsBurst;
            });
        }
    }

    private static bool IsCombination(Selection selection) =>
        selection.Topics.Count > 1 && selection.Topics.Any(topic => topic.Kind != TopicKind.Session);

    private bool TryAddFilter(Selection selection, ICodec codec)
    {
        var present = _filters.GetValueOrDefault((selection.StateKey, codec));
        if (present == MostFilters)
        {
            return false;
        }

        _filters[(selection.StateKey, codec)] = present + 1;
        return true;
    }

    private void RemoveFilter(Selection selection, ICodec codec)
    {
        var left = _filters[(selection.StateKey, codec)] - 1;
        if (left > 0)
        {
            _filters[(selection.StateKey, codec)] = left;
        }
        else
        {
            _filters.Remove((selection.StateKey, codec));
        }
    }

    private void Append(string topic, Publication told, long order, Action<Run> grown)
    {
        if (!_byTopic.TryGetValue(topic, out var runs))
        {
            return;
        }

        ICodec? encoded = null;
        foreach (var run in runs)
        {
            if (run.LastOrder == order || !run.Selection.Admits(told))
            {
                continue;
            }

            if (encoded != run.Codec)
            {
                encoded = run.Codec;
                if (!TryEncode(run, topic, told))
                {
                    encoded = null;
                    NoteCount(run, told, order);
                    run.Lose(told.Seq, order);
                    grown(run);
                    continue;
                }
            }

            if (_frame.WrittenCount == 0)
            {
                continue;
            }

            run.Append(_frame.WrittenSpan, IsState(told) ? FrameMark.State : told.Seq, order, time.GetElapsedTime(0));
            NoteCount(run, told, order);

            if (run.HoldsBurst)
            {
                _bursts.Add(run);
            }

            grown(run);
        }
    }

    private static void NoteCount(Run run, Publication told, long order)
    {
        if (told is { Seq: 0, Happened: SessionCountChanged })
        {
            run.LastCountAt = order;
        }
    }

    private static bool IsState(Publication told) => told is { Seq: 0, Happened: SessionUpdate or RealtimeUpdate };

    /// <summary>What one protocol has no words for keeps nothing from those who speak another.</summary>
    private bool TryEncode(Run run, string topic, Publication told)
    {
        _frame.ResetWrittenCount();
#pragma warning disable CA1031
        try
        {
            run.Codec.WriteEvent(_frame, run.Selection.Topics.First(candidate => candidate.Name == topic), told);
            return true;
        }
        catch (Exception failure)
        {
            failed(failure);
            return false;
        }
#pragma warning restore CA1031
    }
}
