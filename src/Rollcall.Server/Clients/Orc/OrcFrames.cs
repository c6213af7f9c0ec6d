namespace Rollcall.Server.Clients.Orc;

/// <summary>What orc's server answers to one client alone.</summary>
internal static class OrcFrames
{
    public static ReadOnlyMemory<byte> Pong { get; } = JsonFrame.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "pong");
        json.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Subscribed(string taskId) => JsonFrame.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "subscribed");
        json.WriteString("task_id", taskId);
        json.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Error(string error) => JsonFrame.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteString("error", error);
        json.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> CommandResult(string action, string taskId, string status) => JsonFrame.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "command_result");
        json.WriteString("action", action);
        json.WriteString("task_id", taskId);
        json.WriteString("status", status);
        json.WriteEndObject();
    });
}
