using System.Buffers.Text;
using System.Text;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>
/// Finds, in what a watcher received, the messages that count and which slot each is about, without parsing JSON: a
/// load client that parsed would measure itself.
/// </summary>
/// <param name="begins">How a message that counts begins.</param>
/// <param name="separator">What stands behind each message where a frame may hold several.</param>
/// <param name="slot">The slot that all messages are about, where they name no session.</param>
internal sealed class Grammar(string begins, byte? separator = null, int? slot = null)
{
    private static readonly byte[] Session = Encoding.ASCII.GetBytes($"\"{Contender.SessionPrefix}");
    private readonly byte[] _begins = Encoding.ASCII.GetBytes(begins);

    public void Read(ReadOnlySpan<byte> payload, Board board, int watcher)
    {
        while (separator is { } end && payload.IndexOf(end) is >= 0 and var length)
        {
            ReadOne(payload[..length], board, watcher);
            payload = payload[(length + 1)..];
        }

        ReadOne(payload, board, watcher);
    }

    private void ReadOne(ReadOnlySpan<byte> message, Board board, int watcher)
    {
        if (message.StartsWith(_begins) && (slot ?? SlotOf(message)) is { } about)
        {
            board.Receive(about, watcher);
        }
    }

    private static int? SlotOf(ReadOnlySpan<byte> message) =>
        message.IndexOf(Session) is >= 0 and var at && Utf8Parser.TryParse(message[(at + Session.Length)..], out int found, out _) ? found : null;
}
