namespace Rollcall.Client;

/// <summary>
/// A place in a hub's log: everything up to it is known. Usable over every transport (<c>docs/protocol.md</c>,
/// The cursor), and over restarts of the hub and of the program that keeps it.
/// </summary>
/// <param name="Epoch">Names the log; another epoch is another log, in which the number means nothing.</param>
/// <param name="After">The sequence number of the last event that is known; 0 for none.</param>
public sealed record Cursor(string Epoch, long After);
