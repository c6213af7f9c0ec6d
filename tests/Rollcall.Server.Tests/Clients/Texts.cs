using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Tests.Clients;

/// <summary>Reads finished text frames.</summary>
internal static class Texts
{
    /// <summary>The JSON of each.</summary>
    public static List<JsonElement> Of(IEnumerable<ReadOnlyMemory<byte>> frames)
    {
        List<JsonElement> texts = [];
        var rest = frames.SelectMany(frame => frame.ToArray()).ToArray().AsSpan();
        while (rest.Length > 0)
        {
            var header = WebSocketFrame.HeaderOf(rest);
            var length = header switch
            {
                2 => rest[1],
                4 => System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(rest[2..]),
                _ => (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(rest[2..]),
            };
            Assert.Equal(0x81, rest[0]);
            texts.Add(JsonSerializer.Deserialize<JsonElement>(rest.Slice(header, length)));
            rest = rest[(header + length)..];
        }

        return texts;
    }
}

/// <summary>A connection of which nobody reads anything.</summary>
internal sealed class Unheard : ITransport, IDisposable
{
    public Unheard(TestHub hub, ICodec codec) => Outlet = hub.Hub.Fanout.Open(this, codec);

    public Outlet Outlet { get; }

    public bool IsSocket => false;

    public ReadOnlyMemory<byte> KeepAlive => default;

    public ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices) => ValueTask.CompletedTask;

    public ValueTask Close(int code, string reason) => ValueTask.CompletedTask;

    public void Abort()
    {
    }

    public void Dispose() => Outlet.Dispose();
}
