namespace Rollcall.Client;

/// <summary>What a connection is doing.</summary>
public enum ConnectionState
{
    /// <summary>The socket is open.</summary>
    Open,

    /// <summary>The socket was lost; the next attempt is waited for or under way.</summary>
    Reconnecting,

    /// <summary>It ended, because the program wanted so, or because the hub refuses it. It does not come back.</summary>
    Closed,
}
