using System.Net.WebSockets;
using Rollcall.Protocol;

namespace Rollcall.Client;

/// <summary>The loop that reads one socket after the other.</summary>
public sealed partial class RollcallConnection
{
    private async Task Run(PhoenixSocket first)
    {
        Exception? end = null;
        try
        {
            for (var socket = first; ;)
            {
                await Serve(socket).ConfigureAwait(false);
                if (_stop.IsCancellationRequested || !_options.Reconnect)
                {
                    break;
                }

                Become(ConnectionState.Reconnecting);
                socket = await Reopen().ConfigureAwait(false);
                Reconnects++;
                lock (_gate)
                {
                    _socket = socket;
                }

                Become(ConnectionState.Open);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed while it waited for the next attempt.
        }
        catch (Exception failed)
        {
            // Refused, or broken: who reads the subscriptions is told.
            end = failed;
        }

        lock (_gate)
        {
            State = ConnectionState.Closed;

            // There is one only where a listener threw before it was read.
            _socket?.Dispose();
            _socket = null;
            foreach (var subscription in _topics.Values)
            {
                subscription.End(end);
            }

            _topics.Clear();
        }

        StateChanged?.Invoke(ConnectionState.Closed);
    }

    /// <summary>
    /// Reads until the socket ends; then nothing that waited for it waits any longer. One that ends at once, before the hub
    /// has answered anything, counts as a failed attempt.
    /// </summary>
    private async Task Serve(PhoenixSocket socket)
    {
        Exception? why = null;
        var opened = _options.Time.GetTimestamp();
        try
        {
            // Beside the reading, so that a hub that does not read is noticed.
            _ = SendJoins(socket);
            why = await socket.ReadAll(_options, Handle, () => Frames.Write(null, NextRef(), "phoenix", "heartbeat", Frames.Nothing), _stop.Token)
                .ConfigureAwait(false);
        }
        finally
        {
            Lose(socket, why);
        }

        if (_options.Time.GetElapsedTime(opened) > _options.LastRetry)
        {
            _backoff.Reset();
        }
    }

    private void Lose(PhoenixSocket socket, Exception? why)
    {
        List<TaskCompletionSource<Frame>> waiting;
        lock (_gate)
        {
            _socket = null;
            LastCloseCode = socket.CloseCode;
            foreach (var subscription in _topics.Values)
            {
                (subscription.IsJoined, subscription.JoinRef) = (false, null);
            }

            waiting = [.. _pushes.Values];
            _pushes.Clear();
        }

        waiting.ForEach(push => push.TrySetException(new ConnectionLostException("the connection was lost before the answer", why)));
        socket.Dispose();
    }

    private async Task<PhoenixSocket> Reopen()
    {
        while (true)
        {
            await Task.Delay(_backoff.Next(), _options.Time, _stop.Token).ConfigureAwait(false);
            try
            {
                return await PhoenixSocket.Open(_options, _stop.Token).ConfigureAwait(false);
            }
            catch (WebSocketException)
            {
                // Still away: wait longer.
            }
        }
    }

    private void Become(ConnectionState state)
    {
        State = state;
        StateChanged?.Invoke(state);
    }

    private TopicSubscription[] Topics()
    {
        lock (_gate)
        {
            return [.. _topics.Values];
        }
    }

    private async Task SendJoins(PhoenixSocket socket)
    {
        foreach (var subscription in Topics())
        {
            await SendJoin(socket, subscription).ConfigureAwait(false);
        }
    }

    /// <summary>The hub could not take a join now: that one is sent again after a while, and the other topics go on.</summary>
    private async Task SendJoinLater(PhoenixSocket socket, TopicSubscription subscription)
    {
        await Task.Delay(subscription.Backoff.Next(), _options.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await SendJoin(socket, subscription).ConfigureAwait(false);
    }

    private async Task SendJoin(PhoenixSocket socket, TopicSubscription subscription)
    {
        Task sent;
        lock (_gate)
        {
            if (_stop.IsCancellationRequested || subscription.HasEnded || subscription.JoinRef is not null || _socket != socket)
            {
                return;
            }

            // Takes its turn before anybody can leave: a leave that came first would leave nothing.
            var joinRef = subscription.JoinRef = NextRef();
            sent = socket.TrySend(Frames.Write(joinRef, joinRef, subscription.Topic, "phx_join", json =>
                Frames.WriteJoin(json, subscription.Options, subscription.Cursor)));
        }

        await sent.ConfigureAwait(false);
    }

    private void Handle(Frame frame)
    {
        if (frame.Event == "phx_reply")
        {
            _backoff.Reset();
        }

        lock (_gate)
        {
            if (frame is { Topic: "phoenix", Event: "reconnect_after_ms" })
            {
                _backoff.Told(frame.Json.GetProperty("reconnect_after_ms").GetDouble());
            }
            else if (frame is { Event: "phx_reply", Ref: { } reference } && _pushes.Remove(reference, out var push))
            {
                push.TrySetResult(frame);
            }
            else if (_topics.TryGetValue(frame.Topic, out var subscription)
                && (frame.JoinRef is null || frame.JoinRef == subscription.JoinRef))
            {
                Handle(subscription, frame);
            }
        }
    }

    private void Handle(TopicSubscription subscription, Frame frame)
    {
        switch (frame.Event)
        {
            case "phx_reply" when frame.Ref == subscription.JoinRef:
                var reply = frame.Json;
                var response = reply.GetProperty("response");
                if (reply.GetProperty("status").ValueEquals("ok"))
                {
                    subscription.Accept(response);
                }
                else if (response.TryGetProperty("code", out var code) && code.ValueEquals(ErrorCodes.Unavailable))
                {
                    subscription.JoinRef = null;
                    _ = SendJoinLater(_socket!, subscription);
                }
                else
                {
                    _topics.Remove(subscription.Topic);
                    subscription.End(Refusal(response));
                }

                break;
            case "phx_reply":
                break;
            case "phx_close":
                _topics.Remove(subscription.Topic);
                subscription.End(null);
                break;
            case "phx_error":
                // The topic failed on the hub's side: everything is joined again over a new socket.
                _socket?.Abort();
                break;
            default:
                if (subscription.IsJoined)
                {
                    subscription.Hear(frame);
                }

                break;
        }
    }
}
