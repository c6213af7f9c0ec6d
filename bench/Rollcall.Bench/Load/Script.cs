namespace Rollcall.Bench.Load;

/// <summary>How a watcher joins: the path to upgrade, then what it says and what it must hear, in turn.</summary>
/// <param name="Path">The path and query of the socket.</param>
/// <param name="Lines">What is said, if anything, and a part of the message that answers it.</param>
internal sealed record Script(string Path, params IReadOnlyList<(string? Say, string Expect)> Lines);

/// <summary>What a watcher does with a whole message, or with the beginning of a very long one. Valid only during the call.</summary>
internal delegate void Heard(ReadOnlySpan<byte> message);
