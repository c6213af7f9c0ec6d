namespace Rollcall.Core.Log;

/// <summary>The log cannot be opened; the message tells the operator why and what to do.</summary>
public sealed class LogUnusableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A batch was decided on a version of a session that is no longer the last one; nothing of it was kept.</summary>
public sealed class VersionConflictException(string sessionId, long version)
    : Exception($"Session {sessionId} already has a version {version} or later.")
{
    /// <summary>Whose version.</summary>
    public string SessionId { get; } = sessionId;

    /// <summary>The version that the batch would have made.</summary>
    public long Version { get; } = version;
}

/// <summary>The disk failed while something was committed: a restart may find it, or not.</summary>
public sealed class UncertainCommitException(Exception inner) : IOException(inner.Message, inner);
