using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Rollcall.Core.Fanout;

/// <summary>
/// Asks for memory before it is needed. A send into the kernel leaves nothing of the next connection in the near caches,
/// and who goes through a thousand of them would wait for each. Does nothing where .NET has no such instruction.
/// </summary>
public static class Prefetch
{
    /// <summary>What one fetch brings, in bytes.</summary>
    private const int Line = 64;

    /// <summary>Has the beginning of an object fetched, enough for those that a write touches, and waits for nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Begin(object? of)
    {
        if (Sse.IsSupported)
        {
            // The collector may move the object meanwhile: what is fetched then is of no use, and does no harm.
            var address = (byte*)Unsafe.As<object?, nint>(ref of);
            Sse.Prefetch0(address);
            Sse.Prefetch0(address + Line);
            Sse.Prefetch0(address + (2 * Line));
        }
    }
}
