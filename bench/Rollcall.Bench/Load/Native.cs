using System.Runtime.InteropServices;

namespace Rollcall.Bench.Load;

/// <summary>The kernel's own calls, where .NET's sockets would cost the load client more than the server spends.</summary>
internal static partial class Native
{
    public const int WouldBlock = 11;
    public const int InProgress = 115;
    public const int NoSignal = 0x4000;

    /// <summary>What is received on a TCP socket is dropped instead of copied.</summary>
    public const int Truncate = 0x20;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int poller, int operation, int socket, ref byte wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int poller, ref byte events, int room, int milliseconds);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int socket, ref byte address, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, ref byte into, nint room, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, ref byte bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int handle);
}
