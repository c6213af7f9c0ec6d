namespace Rollcall.Core.Fanout;

/// <summary>How far what was written to a connection has come, as far as anybody knows; where nobody does, all zeros.</summary>
/// <param name="Acknowledged">Bytes that the other side's system has acknowledged, counted from anywhere.</param>
/// <param name="HasMore">Whether more waits that it does not take yet.</param>
public readonly record struct Delivery(ulong Acknowledged, bool HasMore);
