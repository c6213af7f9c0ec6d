using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Core.Log.Lists;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>What is stored of a session beside its view.</summary>
internal sealed record StoredSession(IReadOnlyList<RunningTask> Tasks, IReadOnlyList<string> EndedTasks, long OutputCount, bool Crashed)
{
    public static byte[] View(Session session) => JsonSerializer.SerializeToUtf8Bytes(session.View, ProtocolJson.Default.SessionView);

    public static byte[] Rest(Session session) => JsonSerializer.SerializeToUtf8Bytes(
        new StoredSession([.. session.Tasks.Values], session.EndedTasks, session.OutputCount, session.Crashed),
        StoredSessionJson.Default.StoredSession);

    /// <summary>What lists need to know, without reading the rest: a start reads this of every session that has ended.</summary>
    public static Listed Listed(ReadOnlySpan<byte> view)
    {
        string? id = null, name = null, project = null, agent = null, host = null, cwd = null, model = null;
        var (status, state, createdAt, updatedAt) = (default(SessionStatus), default(SessionState), default(DateTimeOffset), default(DateTimeOffset));
        var json = new Utf8JsonReader(view);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var field = json.ValueSpan;
            json.Read();
            switch (field)
            {
                case var _ when field.SequenceEqual("id"u8): id = json.GetString(); break;
                case var _ when field.SequenceEqual("name"u8): name = json.GetString(); break;
                case var _ when field.SequenceEqual("agent"u8): agent = json.GetString(); break;
                case var _ when field.SequenceEqual("project"u8): project = json.GetString(); break;
                case var _ when field.SequenceEqual("host"u8): host = json.GetString(); break;
                case var _ when field.SequenceEqual("cwd"u8): cwd = json.GetString(); break;
                case var _ when field.SequenceEqual("model"u8): model = json.GetString(); break;
                case var _ when field.SequenceEqual("status"u8): status = Named<SessionStatus>(json.GetString()); break;
                case var _ when field.SequenceEqual("state"u8): state = Named<SessionState>(json.GetString()); break;
                case var _ when field.SequenceEqual("created_at"u8): createdAt = json.GetDateTimeOffset(); break;
                case var _ when field.SequenceEqual("updated_at"u8): updatedAt = json.GetDateTimeOffset(); break;
                default: json.Skip(); break;
            }
        }

        return new(id!, name, new Place(project, agent, host, cwd, model), status, state, SqliteTime.Of(createdAt), SqliteTime.Of(updatedAt));
    }

    public static SessionView View(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, ProtocolJson.Default.SessionView)!;

    private static T Named<T>(string? name)
        where T : struct, Enum => WireName<T>.TryParse(name, out var value) ? value : throw new JsonException($"must be one of {WireName<T>.List}.");

    public static Session Whole(byte[] view, byte[] rest)
    {
        var stored = JsonSerializer.Deserialize(rest, StoredSessionJson.Default.StoredSession)!;
        return new Session(View(view))
        {
            Tasks = stored.Tasks.ToImmutableDictionary(task => task.TaskId),
            EndedTasks = [.. stored.EndedTasks],
            OutputCount = stored.OutputCount,
            Crashed = stored.Crashed,
        };
    }
}

/// <summary>The JSON of what is stored and never crosses the wire.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredSession))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StoredSessionJson : JsonSerializerContext;
