namespace Rollcall.Client;

/// <summary>
/// The hub refused a join, a push or a request; nothing was changed. Only of what it refuses as
/// <see cref="Protocol.ErrorCodes.Unavailable"/> it may be that it was done, but not all of it written down: send it again.
/// </summary>
/// <param name="code">One of <see cref="Protocol.ErrorCodes"/>, or a newer one.</param>
/// <param name="message">Why, in the hub's words.</param>
public sealed class RefusedException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="Protocol.ErrorCodes"/>, or a newer one.</summary>
    public string Code => code;
}

/// <summary>The connection was lost, or ended, before the hub answered: whether it took effect is unknown.</summary>
/// <param name="message">What was waited for.</param>
/// <param name="inner">What ended the connection, where it is known.</param>
public sealed class ConnectionLostException(string message, Exception? inner = null) : Exception(message, inner);
