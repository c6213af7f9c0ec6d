using System.Text.Json;
using System.Threading.Channels;
using Rollcall.Protocol;

namespace Rollcall.Client;

/// <summary>
/// One topic as one connection hears it. It survives the connection's losses: it is joined again from its cursor. All
/// members may be used from any thread; the messages are for one reader.
/// </summary>
public sealed class TopicSubscription : IAsyncDisposable
{
    // Not one for a single reader, which cannot count what waits.
    private readonly Channel<TopicMessage> _messages = Channel.CreateUnbounded<TopicMessage>();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RollcallConnection _connection;
    private volatile bool _ended;

    internal TopicSubscription(RollcallConnection connection, string topic, JoinOptions options, Backoff backoff)
    {
        (_connection, Topic, Options, Cursor, Backoff) = (connection, topic, options, options.From, backoff);
        _ = _joined.Task.ContinueWith(
            refused => refused.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>What was received last, messages that still wait for the reader included; see <see cref="TopicMessage.Cursor"/>.</summary>
    public Cursor? Cursor { get; private set; }

    /// <summary>
    /// Completes when the hub accepts the first join; fails with <see cref="RefusedException"/> when it does not, and with
    /// <see cref="ConnectionLostException"/> when one leaves, or ends the connection, before it has answered.
    /// </summary>
    public Task Joined => _joined.Task;

    /// <summary>Messages that wait for the reader. They are kept in memory without a bound: read, or leave.</summary>
    public int Waiting => _messages.Reader.Count;

    internal JoinOptions Options { get; }

    /// <summary>When to join again after the hub could not take the join.</summary>
    internal Backoff Backoff { get; }

    /// <summary>The join that is valid now; null while there is none.</summary>
    internal string? JoinRef { get; set; }

    /// <summary>Whether the hub answered the join that is valid now.</summary>
    internal bool IsJoined { get; set; }

    /// <summary>
    /// What is heard, in order; for one reader. Ends after <see cref="Leave"/>, when the hub closes the topic (another
    /// program became the owner), or with the connection.
    /// </summary>
    /// <exception cref="RefusedException">The hub refused the join, or a later one.</exception>
    /// <exception cref="Exception">Whatever else ended the connection for good.</exception>
    public IAsyncEnumerable<TopicMessage> Messages(CancellationToken cancel = default) => _messages.Reader.ReadAllAsync(cancel);

    /// <summary>Sends something on the topic and waits for the answer.</summary>
    /// <param name="name">Such as <c>send_message</c>; from the owner also <c>status</c>, <c>output</c> and the like.</param>
    /// <param name="payload">A JSON object; null for an empty one.</param>
    /// <param name="cancel">Gives up waiting; the push may take effect nevertheless.</param>
    /// <returns>The answer's <c>seq</c>: the change is durable. Of what only goes to the session's owner nothing is stored: its owner was told.</returns>
    /// <exception cref="RefusedException">The hub refused it; or, <see cref="ErrorCodes.TooLarge"/>, it is over 64 KiB, and was not sent.</exception>
    /// <exception cref="ConnectionLostException">The topic is not joined now, or the connection was lost meanwhile.</exception>
    /// <exception cref="TimeoutException">Not sent and answered within <see cref="ConnectionOptions.PushTimeout"/>; it may take effect nevertheless.</exception>
    public Task<long> Push(string name, JsonElement? payload = null, CancellationToken cancel = default) =>
        _connection.Push(this, name, payload, cancel);

    /// <summary>Reports as the session's owner: the command's fields are the payload. See <see cref="Push"/>.</summary>
    /// <exception cref="ArgumentException">An owner cannot push such a command.</exception>
    public Task<long> Report(Command command, CancellationToken cancel = default) =>
        _connection.Push(this, OwnerPushes.NameOf(command), OwnerPushes.PayloadOf(command), cancel);

    /// <summary>Leaves the topic. What was received before can still be read.</summary>
    public ValueTask Leave() => _connection.Leave(this);

    /// <summary>The same as <see cref="Leave"/>.</summary>
    public ValueTask DisposeAsync() => Leave();

    internal void Hear(Frame frame)
    {
        if (frame.Event == "resync")
        {
            var state = frame.Json;
            Cursor = CursorOf(state);
            Tell(new TopicMessage.Resync(state.GetProperty("snapshot")));
        }
        else if (frame.JoinRef is not null)
        {
            Tell(new TopicMessage.Asked(frame.Event, frame.Json));
        }
        else if (Parse(frame) is { } happened)
        {
            Pass(happened.Seq);
            Tell(new TopicMessage.Event(happened, frame.Payload));
        }
        else
        {
            Pass(SeqOf(frame.Json));
            Tell(new TopicMessage.Unknown(frame.Event, frame.Payload));
        }
    }

    /// <summary>Takes <c>{"epoch":"k3f9","seq":812,"snapshot":{…},"resumed":false}</c>.</summary>
    internal void Accept(JsonElement reply)
    {
        IsJoined = true;
        Backoff.Reset();
        if (reply.GetProperty("resumed").GetBoolean())
        {
            Tell(new TopicMessage.Resumed());
        }
        else
        {
            Cursor = CursorOf(reply);
            var state = reply.GetProperty("snapshot");
            Tell(new TopicMessage.Snapshot(state.ValueKind == JsonValueKind.Null ? null : state));
        }

        _joined.TrySetResult();
    }

    internal void End(Exception? why)
    {
        _ended = true;
        (IsJoined, JoinRef) = (false, null);
        _messages.Writer.TryComplete(why);
        _joined.TrySetException(why ?? new ConnectionLostException($"{Topic} was left before it was joined"));
    }

    internal bool HasEnded => _ended;

    /// <summary>A newer hub may use words that this version does not know.</summary>
    private static HubEvent? Parse(Frame frame)
    {
        try
        {
            return EventNames.Parse(frame.Event, frame.Payload);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The cursor goes on to an event that the log has; what only tells the moment has no number.</summary>
    private void Pass(long seq) => Cursor = Cursor is { } known && seq > 0 ? known with { After = seq } : Cursor;

    private static long SeqOf(JsonElement payload) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty("seq", out var seq)
        && seq.ValueKind == JsonValueKind.Number && seq.TryGetInt64(out var number) ? number : 0;

    private void Tell(TopicMessage message) => _messages.Writer.TryWrite(message with { Cursor = Cursor });

    private static Cursor CursorOf(JsonElement state) =>
        new(state.GetProperty("epoch").GetString()!, state.GetProperty("seq").GetInt64());
}
