using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>What is stored of a session beside its view; <see cref="StoredText"/> reads both.</summary>
internal sealed record StoredSession(IReadOnlyList<RunningTask> Tasks, IReadOnlyList<string> EndedTasks, long OutputCount, bool Crashed)
{
    public static byte[] View(Session session) => JsonSerializer.SerializeToUtf8Bytes(session.View, ProtocolJson.Default.SessionView);

    public static byte[] Rest(Session session) => JsonSerializer.SerializeToUtf8Bytes(
        new StoredSession([.. session.Tasks.Values], session.EndedTasks, session.OutputCount, session.Crashed),
        StoredSessionJson.Default.StoredSession);
}

/// <summary>The JSON of what is stored and never crosses the wire.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredSession))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StoredSessionJson : JsonSerializerContext;
