using System.Buffers;
using System.Text.Json;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>What a person says to a session's owner. Whatever is wrong with it is told to who said it, and to nobody else.</summary>
internal sealed partial class AgentcmdConnection
{
    /// <summary>Hands a message over. Who sends one hears the session from then on, as agentcmd's client expects; access is checked first.</summary>
    private async ValueTask SendMessage(Topic topic, AgentcmdMessage said)
    {
        var text = said.Field("message");
        var (session, refused) = await Find(topic.Subject, "send_message").ConfigureAwait(false);
        refused ??= text.ValueKind != JsonValueKind.String || text.GetString()!.Length == 0 ? ("message is required and must be a text", null)
            : !session!.View.IsLive ? ("Cannot send a message to a session that has ended", "INVALID_STATE")
            : null;
        if (refused is null)
        {
            if (!_channels.ContainsKey(topic.Name) && (await Check(topic).ConfigureAwait(false)).Why is null)
            {
                await Hear(topic, session, default).ConfigureAwait(false);
            }

            refused = await Tell(topic.Subject, "send_message", MessageForOwner(said), "INVALID_STATE").ConfigureAwait(false);
        }

        Refuse(topic.Subject, refused);
    }

    private async ValueTask Cancel(string id)
    {
        var (session, refused) = await Find(id, "cancel").ConfigureAwait(false);
        if (refused is null && session!.View.State != SessionState.Working)
        {
            refused = ($"Cannot cancel session in '{WireName<SessionState>.Of(session.View.State)}' state", "INVALID_STATE");
        }

        Refuse(id, refused ?? await Tell(id, "cancel", "{}"u8.ToArray(), "CANCEL_FAILED").ConfigureAwait(false));
    }

    private async ValueTask<(Session? Session, (string Error, string? Code)? Refused)> Find(string id, string push) =>
        Parts.Door.AllowsPush(Principal, push) is { } refused ? (null, (refused.Message, refused.Code == ErrorCodes.RateLimited ? "RATE_LIMITED" : "UNAUTHORIZED"))
        : await Parts.Door.Find(Principal, id).ConfigureAwait(false) is { } session ? (session, null)
        : (null, ("Session not found", "SESSION_NOT_FOUND"));

    private async ValueTask<(string Error, string? Code)?> Tell(string id, string name, ReadOnlyMemory<byte> payload, string code) =>
        await WordsForOwners.Tell(Hub, Principal, id, name, payload).ConfigureAwait(false) is Outcome.Refused refused ? (refused.Message, code) : null;

    private void Refuse(string id, (string Error, string? Code)? refused)
    {
        if (refused is var (error, code))
        {
            Outlet.Send(AgentcmdFrames.SessionError(id, error, code));
        }
    }

    /// <summary>The hub's <c>{"text", "images"?, "config"?}</c> of agentcmd's <c>{"message", "images"?, "config"?}</c>.</summary>
    private static ReadOnlyMemory<byte> MessageForOwner(AgentcmdMessage said)
    {
        var payload = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteString("text", said.Field("message").GetString());
        foreach (var name in (ReadOnlySpan<string>)["images", "config"])
        {
            if (said.Field(name) is { ValueKind: JsonValueKind.Array or JsonValueKind.Object } given)
            {
                json.WritePropertyName(name);
                given.WriteTo(json);
            }
        }

        json.WriteEndObject();
        json.Flush();
        return payload.WrittenMemory;
    }
}
