using System.Buffers;
using System.Text;
using Rollcall.Core.Fanout;

namespace Rollcall.Server.Streams;

/// <summary>
/// Server-sent events: <c>id: epoch-seq</c>, <c>event:</c> the name, <c>data:</c> the payload. An event that is not in
/// the log has no id, so that the browser's cursor stays. One instance per epoch.
/// </summary>
internal sealed class SseCodec(string epoch) : ICodec
{
    /// <summary>The epoch that its ids belong to.</summary>
    public string Epoch => epoch;

    private readonly byte[] _id = Encoding.ASCII.GetBytes($"id: {epoch}-");

    public void WriteEvent(IBufferWriter<byte> frame, Topic topic, Publication told)
    {
        if (told.Seq > 0)
        {
            frame.Write(_id);
            Span<byte> digits = stackalloc byte[20];
            System.Buffers.Text.Utf8Formatter.TryFormat(told.Seq, digits, out var length);
            frame.Write(digits[..length]);
            frame.Write("\n"u8);
        }

        frame.Write("event: "u8);
        frame.Write(Encoding.ASCII.GetBytes(told.Event));
        frame.Write("\ndata: "u8);
        frame.Write(told.Payload.Span);
        frame.Write("\n\n"u8);
    }

    /// <summary><c>event: reset</c> with <c>{"epoch":…,"seq":…,"snapshot":…}</c>: it replaces what the client knows.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot) =>
    [
        Encoding.ASCII.GetBytes(
            $$"""
            id: {{epoch}}-{{snapshot.Seq}}
            event: reset
            data: {"epoch":"{{epoch}}","seq":{{snapshot.Seq}},"resumed":false,"snapshot":
            """.ReplaceLineEndings("\n")),
        .. snapshot.Parts,
        "}\n\n"u8.ToArray(),
    ];

    /// <summary>How long the browser waits before it opens the stream again.</summary>
    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => Encoding.ASCII.GetBytes($"retry: {reconnectAfterMs}\n\n");
}
