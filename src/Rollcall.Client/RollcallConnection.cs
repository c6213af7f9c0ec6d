using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Client;

/// <summary>
/// One socket to a hub, speaking Phoenix Channels V2 (<c>docs/protocol.md</c>). A lost socket is opened again, with
/// full jitter or when the hub said, and every topic goes on from its cursor; after <see cref="DisposeAsync"/> never.
/// All members may be used from any thread.
/// </summary>
public sealed partial class RollcallConnection : IAsyncDisposable
{
    private readonly ConnectionOptions _options;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TopicSubscription> _topics = [];
    private readonly Dictionary<string, TaskCompletionSource<Frame>> _pushes = [];
    private PhoenixSocket? _socket;
    private Task _loop = Task.CompletedTask;
    private long _lastRef;

    private RollcallConnection(ConnectionOptions options) => (_options, _backoff) = (options, new Backoff(options));

    /// <summary>Called when <see cref="State"/> changes, from the connection's loop: be quick, do not throw.</summary>
    public event Action<ConnectionState>? StateChanged;

    /// <summary>What it is doing.</summary>
    public ConnectionState State { get; private set; } = ConnectionState.Open;

    /// <summary>How often the socket was opened again.</summary>
    public int Reconnects { get; private set; }

    /// <summary>The close code of the last socket that ended (RFC 6455, 7.4); null when it ended without one.</summary>
    public int? LastCloseCode { get; private set; }

    /// <summary>Opens a connection. The first attempt must succeed; only a connection that was open is opened again.</summary>
    /// <exception cref="RefusedException">The hub does not take the key or the origin.</exception>
    /// <exception cref="System.Net.WebSockets.WebSocketException">There is no hub, or it cannot take another connection.</exception>
    public static async Task<RollcallConnection> Connect(ConnectionOptions options, CancellationToken cancel = default)
    {
        var connection = new RollcallConnection(options);
        var socket = await PhoenixSocket.Open(options, cancel).ConfigureAwait(false);
        connection._socket = socket;
        connection._loop = Task.Run(() => connection.Run(socket), CancellationToken.None);
        return connection;
    }

    /// <summary>Joins a topic: <c>sessions</c>, <c>session:&lt;id&gt;</c>, <c>project:&lt;name&gt;</c>, <c>metrics</c>, <c>alerts</c>, <c>*</c>.</summary>
    /// <returns>The subscription, whose <see cref="TopicSubscription.Joined"/> tells the hub's answer.</returns>
    /// <exception cref="InvalidOperationException">The topic is joined already, or the connection has ended.</exception>
    public TopicSubscription Join(string topic, JoinOptions? options = null)
    {
        var subscription = new TopicSubscription(this, topic, options ?? new JoinOptions(), new Backoff(_options));
        PhoenixSocket? socket;
        lock (_gate)
        {
            if (_stop.IsCancellationRequested || State == ConnectionState.Closed || !_topics.TryAdd(topic, subscription))
            {
                throw new InvalidOperationException($"{topic} is joined already, or the connection has ended");
            }

            socket = _socket;
        }

        if (socket is not null)
        {
            _ = SendJoin(socket, subscription);
        }

        return subscription;
    }

    /// <summary>
    /// Ends the connection for good: closes the socket with 1000 and completes the subscriptions. A hub that does not read
    /// is waited for only for seconds.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        // Whatever ended it, the subscriptions were told.
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    internal async Task<long> Push(TopicSubscription subscription, string name, JsonElement? payload, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(_options.PushTimeout, _options.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        var answer = new TaskCompletionSource<Frame>(TaskCreationOptions.RunContinuationsAsynchronously);
        PhoenixSocket socket;
        string reference, joinRef;
        lock (_gate)
        {
            if (_socket is not { } open || subscription is not { IsJoined: true, JoinRef: { } joined })
            {
                throw new ConnectionLostException($"{subscription.Topic} is not joined now");
            }

            (socket, joinRef, reference) = (open, joined, NextRef());
            _pushes[reference] = answer;
        }

        try
        {
            var frame = Frames.Write(joinRef, reference, subscription.Topic, name, json =>
            {
                if (payload is { } fields)
                {
                    fields.WriteTo(json);
                }
                else
                {
                    Frames.Nothing(json);
                }
            });
            if (frame.Length > Wire.MaxMessageBytes)
            {
                throw new RefusedException(ErrorCodes.TooLarge, $"{name} has {frame.Length} bytes, and a message may have {Wire.MaxMessageBytes}: nothing was sent");
            }

            await socket.Send(frame, patience.Token).ConfigureAwait(false);
            var reply = (await answer.Task.WaitAsync(patience.Token).ConfigureAwait(false)).Json;
            var response = reply.GetProperty("response");
            return reply.GetProperty("status").ValueEquals("ok")
                ? response.TryGetProperty("seq", out var seq) ? seq.GetInt64() : 0
                : throw Refusal(response);
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new TimeoutException($"{name} on {subscription.Topic} was not answered within {_options.PushTimeout.TotalSeconds} s");
        }
        catch (System.Net.WebSockets.WebSocketException broken)
        {
            throw new ConnectionLostException($"{name} on {subscription.Topic} was not sent", broken);
        }
        finally
        {
            lock (_gate)
            {
                _pushes.Remove(reference);
            }
        }
    }

    internal async ValueTask Leave(TopicSubscription subscription)
    {
        PhoenixSocket? socket;
        string? joinRef;
        lock (_gate)
        {
            if (subscription.HasEnded)
            {
                return;
            }

            _topics.Remove(subscription.Topic);
            (socket, joinRef) = (_socket, subscription.JoinRef);
            subscription.End(null);
        }

        if (socket is not null && joinRef is not null)
        {
            // A hub that does not read hears of it by the socket's end.
            await socket.TrySend(Frames.Write(joinRef, NextRef(), subscription.Topic, "phx_leave", Frames.Nothing))
                .WaitAsync(_options.PushTimeout, _options.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private string NextRef() => Interlocked.Increment(ref _lastRef).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static RefusedException Refusal(JsonElement response) => new(
        Text(response, "code") ?? Text(response, "reason") ?? "refused",
        Text(response, "message") ?? Text(response, "reason") ?? "the hub refused it");

    private static string? Text(JsonElement response, string field) =>
        response.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
