using System.Globalization;
using System.Net.Sockets;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// The process's file descriptors, of which each connection takes one. Without any left nothing can be opened, and no thread
/// begin, which the runtime does not survive: so some are not given to connections.
/// </summary>
internal static class Descriptors
{
    /// <summary>What the hub itself may need at a time: files, threads that begin, what it asks others.</summary>
    private const int Reserved = 32;

    private static readonly int Most = Limit();

    /// <summary>Whether a connection has one of those that are not given to connections: the lowest that is free is always given.</summary>
    public static bool IsReserved(Socket connection) => connection.Handle >= Most - Reserved;

    private static int Limit()
    {
        const string limits = "/proc/self/limits", name = "Max open files";
        var line = File.Exists(limits) ? Array.Find(File.ReadAllLines(limits), one => one.StartsWith(name, StringComparison.Ordinal)) : null;
        return int.TryParse(line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var most) ? most : int.MaxValue;
    }
}
