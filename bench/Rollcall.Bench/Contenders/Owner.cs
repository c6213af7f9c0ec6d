using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>A program that owns the slots' sessions and reports over its socket; each report is answered once it is durable.</summary>
internal sealed class Owner : IAsyncDisposable
{
    private readonly Watcher _socket;
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _unanswered = new();
    private int _turn;

    private Owner(Watcher socket) => _socket = socket;

    /// <summary>Joins the sessions as their owner, on as few topics as a connection may have.</summary>
    public static async Task<Owner> Of(IPEndPoint hub, string path, int slots)
    {
        const int mostTopics = 128;
        var socket = await Watcher.Open(hub, path, 0);
        for (var slot = 0; slot < Math.Min(slots, mostTopics); slot++)
        {
            // An owner is told what happens to its session; a filter for what never does keeps this client cheap.
            await socket.Say($$"""["{{slot}}","j{{slot}}","session:{{Contender.SessionPrefix}}{{slot}}","phx_join",{"snapshot":false,"events":["stream_output"],"role":"owner"}]""");
            await socket.Next();
        }

        var owner = new Owner(socket);
        socket.Listen(owner.Hear);
        return owner;
    }

    /// <summary>Changes a session's metadata; ends when the hub has answered.</summary>
    public async Task Update(int slot)
    {
        var turn = Interlocked.Increment(ref _turn);
        var answer = _unanswered[turn] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _socket.Say($$$"""["{{{slot}}}","{{{turn}}}","session:{{{Contender.SessionPrefix}}}{{{slot}}}","update",{"metadata":{"turn":{{{turn}}},"pad":"{{{Builds.Pad}}}"}}]""");
        await answer.Task;
    }

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    /// <summary>Reads <c>["7","4711","session:bench-7","phx_reply",{"status":"ok",…}]</c>.</summary>
    private void Hear(ReadOnlySpan<byte> payload)
    {
        var comma = payload.IndexOf(",\""u8);
        if (comma < 0 || !Utf8Parser.TryParse(payload[(comma + 2)..], out int turn, out _) || !_unanswered.TryRemove(turn, out var answer))
        {
            return;
        }

        if (payload.IndexOf("\"status\":\"ok\""u8) >= 0)
        {
            answer.TrySetResult();
        }
        else
        {
            answer.TrySetException(new IOException($"the hub refused: {Encoding.UTF8.GetString(payload)}"));
        }
    }
}
