using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Client;

/// <summary>What a subscription hears: a closed family. Who applies each in turn equals the hub at every cursor.</summary>
public abstract record TopicMessage
{
    private TopicMessage()
    {
    }

    /// <summary>What is known once this is applied; null before the first snapshot of a subscription that asked for none.</summary>
    public Cursor? Cursor { get; init; }

    /// <summary>The topic's state as of the cursor: it replaces what was known. The answer to a fresh join.</summary>
    /// <param name="State">The state; null when the join asked for none.</param>
    public sealed record Snapshot(JsonElement? State) : TopicMessage;

    /// <summary>The connection was too slow and something was left out: the state as of the cursor replaces what was known.</summary>
    /// <param name="State">The state.</param>
    public sealed record Resync(JsonElement State) : TopicMessage;

    /// <summary>The hub goes on from the cursor: what was missed follows as events.</summary>
    public sealed record Resumed : TopicMessage;

    /// <summary>Something happened.</summary>
    /// <param name="Happened">What.</param>
    /// <param name="Payload">The same as it came, UTF-8 JSON; fields that this version does not know are still in it.</param>
    public sealed record Event(HubEvent Happened, ReadOnlyMemory<byte> Payload) : TopicMessage;

    /// <summary>An event that this version does not know; to be ignored by who does not know it either.</summary>
    /// <param name="Name">Its name on the wire.</param>
    /// <param name="Payload">Its payload, UTF-8 JSON.</param>
    public sealed record Unknown(string Name, ReadOnlyMemory<byte> Payload) : TopicMessage;

    /// <summary>Somebody asks the session's owner for something. Only the owner hears it.</summary>
    /// <param name="Name"><c>send_message</c>, <c>cancel</c>, <c>pause</c>, <c>resume</c>, <c>approve</c> or <c>deny</c>.</param>
    /// <param name="Payload">The fields as the sender gave them.</param>
    public sealed record Asked(string Name, JsonElement Payload) : TopicMessage;
}
