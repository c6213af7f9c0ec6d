using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>What a client may push on a session's topic: words for the owner from anybody, reports from the owner.</summary>
internal sealed class ClientPushes(SessionHub hub, Door door, EndAudit ends)
{
    private static readonly Dictionary<string, JsonTypeInfo> Reports = new()
    {
        ["status"] = ProtocolJson.Default.ChangeStatus,
        ["update"] = ProtocolJson.Default.UpdateSession,
        ["task_started"] = ProtocolJson.Default.StartTask,
        ["task_completed"] = ProtocolJson.Default.CompleteTask,
        ["usage"] = ProtocolJson.Default.ReportUsage,
        ["output"] = ProtocolJson.Default.AppendOutput,
        ["message_complete"] = ProtocolJson.Default.CompleteMessage,
        ["error"] = ProtocolJson.Default.ReportMessageError,
        ["heartbeat"] = ProtocolJson.Default.Heartbeat,
    };

    private static readonly HashSet<string> ToOwner = ["send_message", "cancel", "pause", "resume", "approve", "deny"];

    /// <summary>Everything that may be pushed.</summary>
    public static IEnumerable<string> All => Reports.Keys.Concat(ToOwner);

    /// <summary>Acts on a push; the answer comes when its effect is durable, which is not before what it was gathered with is submitted.</summary>
    public async ValueTask<PushAnswer> Handle(Principal principal, PhoenixChannel channel, PhoenixMessage message, Gathering gathering)
    {
        var known = ToOwner.Contains(message.Event) || Reports.ContainsKey(message.Event);
        if (channel.Topic.Kind != TopicKind.Session || !known)
        {
            return PushAnswer.Error(ErrorCodes.InvalidRequest, $"{message.Event} cannot be pushed on {channel.Name}");
        }

        if (door.AllowsPush(principal, message.Event) is { } refused)
        {
            return PushAnswer.Of(refused);
        }

        if (message.Payload.ValueKind != JsonValueKind.Object)
        {
            return PushAnswer.Error(ErrorCodes.InvalidRequest, PhoenixMessage.NoObject);
        }

        if (ToOwner.Contains(message.Event))
        {
            // Behind what was reported before: a word for the owner takes its place in the same queue.
            gathering.Submit();
            return await Tell(principal, channel.Topic.Subject, message).ConfigureAwait(false);
        }

        return channel.Owner is null
            ? PushAnswer.Error(ErrorCodes.Forbidden, $"only the owner of session {channel.Topic.Subject} may push {message.Event}")
            : await Report(principal, channel.Topic.Subject, message, gathering).ConfigureAwait(false);
    }

    private async ValueTask<PushAnswer> Tell(Principal principal, string sessionId, PhoenixMessage message)
    {
        if (message.Event == "send_message" && Wrong(message.Payload) is { Count: > 0 } wrong)
        {
            return PushAnswer.Error(ErrorCodes.InvalidRequest, Problem.Invalid(wrong).Detail);
        }

        var payload = JsonSerializer.SerializeToUtf8Bytes(message.Payload, ProtocolJson.Default.JsonElement);
        return PushAnswer.Of(await WordsForOwners.Tell(hub, principal, sessionId, message.Event, payload).ConfigureAwait(false));
    }

    private static Dictionary<string, string> Wrong(JsonElement message)
    {
        var hasText = message.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String && text.GetString()!.Length > 0;
        return OwnerCalls.Wrong(hasText ? null : "is required and must be a string", Given("images"), Given("config"));

        JsonElement? Given(string field) => message.TryGetProperty(field, out var given) ? given : null;
    }

    private async ValueTask<PushAnswer> Report(Principal principal, string sessionId, PhoenixMessage message, Gathering gathering)
    {
        Command command;
        try
        {
            command = (Command)message.Payload.Deserialize(Reports[message.Event])! with { SessionId = sessionId };
        }
        catch (JsonException wrong)
        {
            return PushAnswer.Error(ErrorCodes.InvalidRequest, Body.Explain(wrong, Reports[message.Event], message.Payload).Detail);
        }

        if (command is StartTask { TaskId: null } start)
        {
            command = start with { TaskId = Guid.CreateVersion7().ToString() };
        }

        var outcome = await gathering.Add(command).ConfigureAwait(false);
        await ends.Note(principal, command, outcome).ConfigureAwait(false);
        return PushAnswer.Of(outcome);
    }
}

/// <summary>The response to a push.</summary>
internal readonly record struct PushAnswer(bool Ok, ReadOnlyMemory<byte> Response)
{
    public static PushAnswer Accepted(long seq) => new(true, System.Text.Encoding.UTF8.GetBytes($$"""{"seq":{{seq}}}"""));

    public static PushAnswer Error(string code, string message, string? reason = null) => new(false, PhoenixCodec.Refusal(code, message, reason));

    public static PushAnswer Of(Outcome outcome) => outcome switch
    {
        Outcome.Accepted accepted => Accepted(accepted.Seq),
        Outcome.Refused refused => Error(refused.Code, refused.Message),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
