using System.Net.Sockets;
using System.Text;

namespace Rollcall.Bench.Measures;

/// <summary>
/// Asks another .NET process for a full collection through its diagnostic port (the runtime's documented IPC
/// protocol): a trace session with the keyword that forces one is opened and closed.
/// </summary>
internal static class ManagedHeap
{
    private const byte EventPipe = 2;
    private const byte StopTracing = 1;
    private const byte CollectTracing2 = 3;
    private const ulong ForceCollection = 0x800000;
    private const uint NetTrace = 1;
    private const uint Informational = 4;

    public static async Task Collect(int process)
    {
        using var session = await Ask(process, CollectTracing2, Session());
        var answer = new byte[28];
        await session.ReadExactlyAsync(answer);
        if (answer[16] != 0xff || answer[17] != 0)
        {
            throw new IOException("the runtime refused a trace session");
        }

        // The collection is done when the session is: stopping waits for what the start has caused.
        var drained = session.CopyToAsync(Stream.Null);
        using (var stop = await Ask(process, StopTracing, answer[20..28]))
        {
            await stop.CopyToAsync(Stream.Null);
        }

        await drained;
    }

    private static byte[] Session()
    {
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.Unicode);
        writer.Write(1u); // MiB of buffer
        writer.Write(NetTrace);
        writer.Write(false); // no rundown
        writer.Write(1u); // providers
        writer.Write(ForceCollection);
        writer.Write(Informational);
        Write(writer, "Microsoft-Windows-DotNETRuntime");
        writer.Write(0u); // no arguments
        return body.ToArray();
    }

    private static void Write(BinaryWriter writer, string text)
    {
        writer.Write((uint)text.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes(text + '\0'));
    }

    /// <summary>A message is <c>DOTNET_IPC_V1\0</c>, its whole length, command set, command, two reserved bytes, body.</summary>
    private static async Task<NetworkStream> Ask(int process, byte command, byte[] body)
    {
        // One that was killed leaves its port behind, and another may have its id after it.
        var path = new DirectoryInfo(Path.GetTempPath()).GetFiles($"dotnet-diagnostic-{process}-*-socket").MaxBy(port => port.LastWriteTimeUtc)?.FullName
            ?? throw new IOException($"process {process} has no diagnostic port");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var stream = new NetworkStream(socket, ownsSocket: true);
        byte[] message =
        [
            .. "DOTNET_IPC_V1\0"u8, .. BitConverter.GetBytes((ushort)(20 + body.Length)), EventPipe, command, 0, 0, .. body,
        ];
        await stream.WriteAsync(message);
        return stream;
    }
}
