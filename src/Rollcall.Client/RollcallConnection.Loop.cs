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
                Use(socket);
                Become(ConnectionState.Open);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed while it waited for the next attempt.
        }
        catch (RefusedException refused)
        {
            end = refused;
        }

        lock (_gate)
        {
            State = ConnectionState.Closed;
            foreach (var subscription in _topics.Values)
            {
                subscription.End(end);
            }

            _topics.Clear();
        }

        StateChanged?.Invoke(ConnectionState.Closed);
    }

    /// <summary>Reads until the socket ends; then nothing that waited for it waits any longer.</summary>
    private async Task Serve(PhoenixSocket socket)
    {
        foreach (var subscription in Topics())
        {
            await SendJoin(socket, subscription).ConfigureAwait(false);
        }

        var why = await socket.ReadAll(_options, Handle, () => Frames.Write(null, NextRef(), "phoenix", "heartbeat", Frames.Nothing), _stop.Token)
            .ConfigureAwait(false);
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

    private void Use(PhoenixSocket socket)
    {
        _backoff.Opened();
        lock (_gate)
        {
            _socket = socket;
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

    private async Task SendJoin(PhoenixSocket socket, TopicSubscription subscription)
    {
        string joinRef;
        lock (_gate)
        {
            if (subscription.HasEnded || subscription.JoinRef is not null || _socket != socket)
            {
                return;
            }

            subscription.JoinRef = joinRef = NextRef();
        }

        var cursor = subscription.Cursor;
        await socket.TrySend(Frames.Write(joinRef, joinRef, subscription.Topic, "phx_join", json =>
            Frames.WriteJoin(json, subscription.Options, cursor))).ConfigureAwait(false);
    }

    private void Handle(Frame frame)
    {
        lock (_gate)
        {
            if (frame is { Topic: "phoenix", Event: "reconnect_after_ms" })
            {
                _backoff.Told(TimeSpan.FromMilliseconds(frame.Json.GetProperty("reconnect_after_ms").GetDouble()));
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
                    // Not for good: everything is joined again over a new socket.
                    _socket?.Abort();
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
