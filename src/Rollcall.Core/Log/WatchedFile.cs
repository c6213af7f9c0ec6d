using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.Core.Log;

/// <summary>A file that must stay where it was when this was made. Linux tells one file from another; elsewhere it is enough that there is one.</summary>
internal sealed unsafe partial class WatchedFile
{
    private readonly string path;
    private readonly byte[] encoded;
    private readonly (ulong Inode, ulong Device)? first;

    public WatchedFile(string path)
    {
        (this.path, encoded) = (path, Encoding.UTF8.GetBytes(path + '\0'));
        first = Identity();
    }

    /// <summary>Whether it was moved or removed, or another was put in its place.</summary>
    public bool IsLost => first is null ? !File.Exists(path) : Identity() != first;

    /// <summary>Null where there is no file, or the system cannot tell.</summary>
    private (ulong Inode, ulong Device)? Identity()
    {
        const int here = -100;
        const uint inode = 0x100;
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // The kernel's struct statx, which is the same on every processor.
        var told = stackalloc ulong[32];
        try
        {
            return Ask(here, in encoded[0], 0, inode, told) == 0 ? (told[4], told[17]) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Ask(int directory, in byte path, int flags, uint mask, ulong* told);
}
