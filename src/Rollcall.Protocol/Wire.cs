namespace Rollcall.Protocol;

/// <summary>Names and numbers of the wire contract that more than one side needs.</summary>
public static class Wire
{
    /// <summary>The path of the hub's own HTTP API.</summary>
    public const string ApiPrefix = "/api/v1";

    /// <summary>The path at which Phoenix Channels clients open their WebSocket.</summary>
    public const string SocketPath = "/socket/websocket";

    /// <summary>The port the hub listens on unless told otherwise.</summary>
    public const int DefaultPort = 7655;

    /// <summary>The most bytes of one message to the hub over a socket (64 KiB); a larger one ends the socket.</summary>
    public const int MaxMessageBytes = 64 * 1024;

    /// <summary>The most bytes of one JSON object in <see cref="SessionView.Metadata"/>, UTF-8 as it is told (16 KiB).</summary>
    public const int MaxMetadataBytes = 16 * 1024;

    /// <summary>The most characters of a session's name.</summary>
    public const int MaxNameLength = 255;

    /// <summary>The most characters of a session's id.</summary>
    public const int MaxIdLength = 128;
}
