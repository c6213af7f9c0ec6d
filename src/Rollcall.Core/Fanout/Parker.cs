using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rollcall.Core.Fanout;

/// <summary>
/// Where one thread sleeps until another wakes it. Who is woken before it sleeps does not sleep the next time; being woken several times
/// counts once.
/// </summary>
internal abstract partial class Parker : IDisposable
{
    /// <summary>The best there is on this system.</summary>
    public static Parker Create() => OperatingSystem.IsLinux() ? new Descriptor() : new Portable();

    /// <summary>Sleeps until <see cref="Unpark"/>. Only one thread does.</summary>
    public abstract void Park();

    /// <summary>Wakes who sleeps, or will. Any thread may.</summary>
    public abstract void Unpark();

    public abstract void Dispose();

    /// <summary>The runtime's own.</summary>
    internal sealed class Portable : Parker
    {
        private readonly AutoResetEvent _woken = new(false);

        public override void Park() => _woken.WaitOne();

        public override void Unpark() => _woken.Set();

        public override void Dispose() => _woken.Dispose();
    }

    /// <summary>
    /// An <c>eventfd</c>: one change of thread wakes. The runtime's own is a lock and a condition, and on one core who is woken
    /// finds the lock still held by who woke it, which takes another two.
    /// </summary>
    [SupportedOSPlatform("linux")]
    internal sealed partial class Descriptor : Parker
    {
        private const int CloseOnExec = 0x80000;
        private const int Interrupted = 4;

        private readonly SafeFileHandle _descriptor = EventDescriptor(0, CloseOnExec) is >= 0 and var made ? new(made, ownsHandle: true) : throw Failed();

        public override void Park()
        {
            while (Read(_descriptor, out _, sizeof(ulong)) < 0)
            {
                ThrowUnlessInterrupted();
            }
        }

        public override void Unpark()
        {
            while (Write(_descriptor, 1, sizeof(ulong)) < 0)
            {
                ThrowUnlessInterrupted();
            }
        }

        public override void Dispose() => _descriptor.Dispose();

        private static void ThrowUnlessInterrupted()
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failed();
            }
        }

        private static IOException Failed() => new(Marshal.GetLastPInvokeErrorMessage());

        [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
        private static partial int EventDescriptor(uint initially, int flags);

        [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
        private static partial nint Read(SafeFileHandle descriptor, out ulong count, nint length);

        [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
        private static partial nint Write(SafeFileHandle descriptor, in ulong count, nint length);
    }
}
