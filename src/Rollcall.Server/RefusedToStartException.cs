namespace Rollcall.Server;

/// <summary>The hub does not start as it is configured; the message says what to change.</summary>
public sealed class RefusedToStartException : Exception
{
    /// <inheritdoc cref="Exception(string)"/>
    public RefusedToStartException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public RefusedToStartException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <inheritdoc cref="Exception()"/>
    public RefusedToStartException()
    {
    }
}
