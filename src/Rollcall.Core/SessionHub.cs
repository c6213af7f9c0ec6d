using System.Threading.Channels;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>
/// The hub. Everything that changes the fleet enters one bounded queue; one loop decides it, makes it durable,
/// applies it, has it told, and only then answers. So the order of events is total, nothing is told that a crash could
/// take back, and the busier it is, the larger the batches.
/// </summary>
public sealed class SessionHub : IAsyncDisposable
{
    private readonly SubmissionQueue _queue;
    private readonly Writer _writer;

    private SessionHub(ILog log, Fanout.Fanout fanout, HubOptions options, TimeProvider time, Recovered recovered)
    {
        Fanout = fanout;
        fanout.Failed = Report;
        Commands = new CommandCounts(time);
        _queue = new SubmissionQueue(options.QueueLength);
        _writer = new Writer(_queue, log, fanout, Owners, options, time, recovered)
        {
            Applied = TellApplied,
            Failed = Report,
        };
    }

    /// <summary>Called on the hub's loop after a batch was told, with its events and the view after it. Must be quick.</summary>
    public event Action<IReadOnlyList<HubEvent>, FleetView>? Applied;

    /// <summary>Called when a batch could not be stored, or not be told. Must be quick.</summary>
    public event Action<Exception>? LogFailed;

    /// <summary>Who watches.</summary>
    public Fanout.Fanout Fanout { get; }

    /// <summary>Who owns what.</summary>
    public Owners Owners { get; } = new();

    /// <summary>How many commands there were.</summary>
    public CommandCounts Commands { get; }

    /// <summary>The live view as of the last event that was told.</summary>
    public FleetView View => Fanout.View;

    /// <summary>Connections that watch.</summary>
    public int Connections => Fanout.OutletCount;

    /// <summary>Submissions that wait for the writer.</summary>
    public int Waiting => _queue.Count;

    /// <summary>Starts from what the log holds.</summary>
    public static async Task<SessionHub> Start(
        ILog log, HubOptions options, FanoutOptions fanoutOptions, TimeProvider time, CancellationToken cancel = default)
    {
        var recovered = await log.Recover(cancel).ConfigureAwait(false);
        var state = recovered.Fleet is { } stored ? FleetState.FromJson(stored) : FleetState.Begin(log.CreatedAt);
        var view = FleetView.Of(log.Head, recovered.Live, state);
        var snapshots = new Snapshots(log, time, options.WorkPeriodGap);
        return new SessionHub(log, new Fanout.Fanout(log, snapshots, view, fanoutOptions, time), options, time, recovered);
    }

    /// <summary>Gives one command; the answer comes when it is durable.</summary>
    /// <param name="command">The command.</param>
    /// <param name="receiptKey">A repeated request with the same key changes nothing.</param>
    /// <param name="projects">Only a session of these projects may be meant; null for all.</param>
    /// <param name="isBrief">Whether what is done with the answer is quick and waits for nothing: it may then be done by the hub's writer.</param>
    public async ValueTask<Outcome> Submit(
        Command command, string? receiptKey = null, IReadOnlySet<string>? projects = null, bool isBrief = false) =>
        (await Enqueue([command], receiptKey, projects, Commands, isBrief).ConfigureAwait(false))[0];

    /// <summary>Gives commands in order, each for itself; the answers come when they are durable.</summary>
    /// <param name="commands">The commands.</param>
    /// <param name="receiptKey">A repeated request with the same key changes nothing.</param>
    /// <param name="projects">Only sessions of these projects may be meant, which is looked at when each is decided; null for all.</param>
    public ValueTask<IReadOnlyList<Outcome>> Submit(
        IReadOnlyList<Command> commands, string? receiptKey = null, IReadOnlySet<string>? projects = null) =>
        Enqueue(commands, receiptKey, projects, Commands);

    /// <summary>Asks a session's owner something, behind everything that was submitted before but large batches; the answer comes when it was handed over, or was not.</summary>
    /// <param name="sessionId">Whose owner.</param>
    /// <param name="name">What is asked, such as <c>send_message</c>.</param>
    /// <param name="payload">The fields, UTF-8 JSON.</param>
    /// <param name="projects">Only a session of these projects may be meant; null for all.</param>
    public ValueTask<Outcome> Tell(string sessionId, string name, ReadOnlyMemory<byte> payload, IReadOnlySet<string>? projects = null)
    {
        var word = new Submission.Word(sessionId, name, payload, projects, new TaskCompletionSource<Outcome>());
        Enqueue(word);
        return new(word.Caller!.Task);
    }

    /// <summary>Begins to gather commands that come in together; only sessions of some projects may be meant, null for all.</summary>
    public Gathering Gather(IReadOnlySet<string>? projects = null) => new(this, projects);

    /// <summary>Gives one command of the hub's own, which is not counted among those of its callers.</summary>
    public async ValueTask<Outcome> Probe(Command command) => (await Enqueue([command], null, null, null).ConfigureAwait(false))[0];

    /// <summary>Completes when whatever is durable by now has been told.</summary>
    public async ValueTask Settle(CancellationToken cancel = default)
    {
        var nothing = Prepare([], null, null, null);
        if (await _queue.Add(nothing).ConfigureAwait(false))
        {
            await nothing.Caller.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Gives an event of the fleet its place in the log and tells it.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="receiptKey">A repeated request with the same key changes nothing.</param>
    /// <returns>Its sequence number; of what changes nothing, that of the last event before it.</returns>
    public async ValueTask<long> Record(HubEvent happened, string? receiptKey = null)
    {
        var answer = new TaskCompletionSource<long>();
        return await _queue.Add(new Submission.Record(happened, KeyOf(receiptKey), answer)).ConfigureAwait(false)
            ? await answer.Task.ConfigureAwait(false)
            : throw new ChannelClosedException("the hub has stopped");
    }

    /// <summary>Makes somebody the owner of a session: its connection is the sign of life from now on, until a life begins that is not of its projects.</summary>
    /// <param name="sessionId">Of which session.</param>
    /// <param name="owner">Who.</param>
    /// <param name="began">Called once it owns the session, which is durable, and before it is asked anything; by the hub's writer, so that it must be quick.</param>
    /// <returns>Null behind that; else why it owns nothing by it.</returns>
    public ValueTask<Outcome.Refused?> Own(string sessionId, Owner owner, Action? began = null) => Submit(sessionId, owner, true, began);

    /// <summary>Ends an ownership that has begun, unless somebody else has taken it since.</summary>
    /// <param name="sessionId">Of which session.</param>
    /// <param name="owner">Whose.</param>
    /// <param name="lost">Whether the connection was lost, so that the session crashes after the grace; else it was given up.</param>
    /// <returns>Null once that is durable; else why it is not, although the ownership has ended. Who was lost waits for nothing.</returns>
    public ValueTask<Outcome.Refused?> Disown(string sessionId, Owner owner, bool lost) => Submit(sessionId, owner, lost ? false : null, null);

    /// <summary>One who fails keeps nothing from the others.</summary>
    private void TellApplied(IReadOnlyList<HubEvent> events, FleetView view)
    {
#pragma warning disable CA1031
        foreach (var observe in Delegate.EnumerateInvocationList(Applied))
        {
            try
            {
                observe(events, view);
            }
            catch (Exception failure)
            {
                Report(failure);
            }
        }
#pragma warning restore CA1031
    }

    /// <summary>That a failure cannot be told of, as where the text log is broken, too, must not end what goes on behind it.</summary>
    private void Report(Exception failure)
    {
#pragma warning disable CA1031
        try
        {
            LogFailed?.Invoke(failure);
        }
        catch (Exception)
        {
            // There is nobody left to tell.
        }
#pragma warning restore CA1031
    }

    /// <summary>Answers what waits, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Complete();
        await _writer.DisposeAsync().ConfigureAwait(false);
        await Fanout.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Commands that are to be answered, not in the queue yet.</summary>
    internal static Submission.Commands Prepare(
        IReadOnlyList<Command> commands, string? receiptKey, IReadOnlySet<string>? projects, CommandCounts? counts, bool isBrief = false) =>
        new(commands, KeyOf(receiptKey), projects, counts, new TaskCompletionSource<IReadOnlyList<Outcome>>()) { IsBrief = isBrief };

    /// <summary>Has commands that came in together enter the queue together; where there is no room for all, each that there is room for.</summary>
    internal void Enqueue(IReadOnlyList<Submission.Commands> together)
    {
        if (together.Count > 1 && _queue.TryAdd(new Submission.Together(together)))
        {
            return;
        }

        foreach (var commands in together)
        {
            Enqueue(commands);
        }
    }

    /// <summary>A request's key, which is never taken for one of usage.</summary>
    private static string? KeyOf(string? receiptKey) => receiptKey is null ? null : $"request/{receiptKey}";

    private async ValueTask<Outcome.Refused?> Submit(string sessionId, Owner owner, bool? connected, Action? began)
    {
        var ownership = new Submission.Ownership(
            sessionId, owner, connected, began, new TaskCompletionSource<Outcome.Refused?>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!await _queue.Add(ownership).ConfigureAwait(false))
        {
            ownership.Refuse("the hub has stopped");
        }

        return connected == false ? null : await ownership.Caller.Task.ConfigureAwait(false);
    }

    private void Enqueue(Submission submission)
    {
        if (!_queue.TryAdd(submission))
        {
            submission.Refuse("the hub has too much to do; try again later");
        }
    }

    private ValueTask<IReadOnlyList<Outcome>> Enqueue(
        IReadOnlyList<Command> commands, string? receiptKey, IReadOnlySet<string>? projects, CommandCounts? counts, bool isBrief = false)
    {
        var submission = Prepare(commands, receiptKey, projects, counts, isBrief);
        Enqueue(submission);
        return new(submission.Caller.Task);
    }
}
