using System.Collections.Immutable;
using System.Text.Json;
using Rollcall.Core.Log.Lists;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>
/// Reads the JSON that is stored of a session, field by field. A start reads it of every session: a serializer's code for
/// each type of field would have to be compiled first, which takes longer than to read ten thousand. Fields that are
/// missing have their defaults, and unknown ones are passed over; what has another shape is an error.
/// </summary>
internal static class StoredText
{
    /// <summary>No field that is known has a longer name.</summary>
    private const int MostLetters = 32;

    private static readonly Metadata.Converter OfMetadata = new();

    /// <summary>Whether a failure is that of text that is not what was stored, as where a disk has lost some of it.</summary>
    public static bool IsUnreadable(Exception failure) => failure is JsonException or InvalidOperationException or FormatException or ArgumentException;

    public static SessionView View(ReadOnlySpan<byte> text)
    {
        string? id = null, name = null, agent = null, project = null, host = null, cwd = null, model = null;
        string? waitingText = null, errorMessage = null;
        var (status, state) = (default(SessionStatus), default(SessionState));
        WaitingFor? waitingFor = null;
        DateTimeOffset? waitingSince = null, endedAt = null;
        DateTimeOffset createdAt = default, updatedAt = default, lastSeenAt = default;
        var (isPaused, stale, tasksRunning, version, seq) = (false, false, 0, 0L, 0L);
        var (usage, metadata) = (Usage.None, Metadata.Empty);
        Span<char> letters = stackalloc char[MostLetters];
        var json = Begin(text);
        while (Next(ref json, letters, out var length))
        {
            switch (letters[..length])
            {
                case "id": id = json.GetString(); break;
                case "name": name = json.GetString(); break;
                case "agent": agent = json.GetString(); break;
                case "project": project = json.GetString(); break;
                case "host": host = json.GetString(); break;
                case "cwd": cwd = json.GetString(); break;
                case "model": model = json.GetString(); break;
                case "status": status = Named<SessionStatus>(ref json); break;
                case "state": state = Named<SessionState>(ref json); break;
                case "waiting_for": waitingFor = json.TokenType == JsonTokenType.Null ? null : Named<WaitingFor>(ref json); break;
                case "waiting_since": waitingSince = Time(ref json); break;
                case "waiting_text": waitingText = json.GetString(); break;
                case "error_message": errorMessage = json.GetString(); break;
                case "is_paused": isPaused = json.GetBoolean(); break;
                case "stale": stale = json.GetBoolean(); break;
                case "tasks_running": tasksRunning = json.GetInt32(); break;
                case "usage": usage = Used(ref json); break;
                case "metadata": metadata = OfMetadata.Read(ref json, typeof(Metadata), JsonSerializerOptions.Default); break;
                case "created_at": createdAt = json.GetDateTimeOffset(); break;
                case "updated_at": updatedAt = json.GetDateTimeOffset(); break;
                case "last_seen_at": lastSeenAt = json.GetDateTimeOffset(); break;
                case "ended_at": endedAt = Time(ref json); break;
                case "version": version = json.GetInt64(); break;
                case "seq": seq = json.GetInt64(); break;
                default: json.Skip(); break;
            }
        }

        return new SessionView
        {
            Id = id ?? throw Missing("id"), Name = name, Agent = agent, Project = project, Host = host, Cwd = cwd, Model = model,
            Status = status, State = state, WaitingFor = waitingFor, WaitingSince = waitingSince, WaitingText = waitingText,
            ErrorMessage = errorMessage, IsPaused = isPaused, Stale = stale, TasksRunning = tasksRunning, Usage = usage, Metadata = metadata,
            CreatedAt = createdAt, UpdatedAt = updatedAt, LastSeenAt = lastSeenAt, EndedAt = endedAt, Version = version, Seq = seq,
        };
    }

    /// <summary>What lists need to know of a session, without reading the rest: a start reads this of every one that has ended.</summary>
    public static Listed Listed(ReadOnlySpan<byte> text)
    {
        string? id = null, name = null, project = null, agent = null, host = null, cwd = null, model = null;
        var (status, state, createdAt, updatedAt) = (default(SessionStatus), default(SessionState), default(DateTimeOffset), default(DateTimeOffset));
        Span<char> letters = stackalloc char[MostLetters];
        var json = Begin(text);
        while (Next(ref json, letters, out var length))
        {
            switch (letters[..length])
            {
                case "id": id = json.GetString(); break;
                case "name": name = json.GetString(); break;
                case "project": project = json.GetString(); break;
                case "agent": agent = json.GetString(); break;
                case "host": host = json.GetString(); break;
                case "cwd": cwd = json.GetString(); break;
                case "model": model = json.GetString(); break;
                case "status": status = Named<SessionStatus>(ref json); break;
                case "state": state = Named<SessionState>(ref json); break;
                case "created_at": createdAt = json.GetDateTimeOffset(); break;
                case "updated_at": updatedAt = json.GetDateTimeOffset(); break;
                default: json.Skip(); break;
            }
        }

        return new(
            id ?? throw Missing("id"), name, new Place(project, agent, host, cwd, model), status, state, SqliteTime.Of(createdAt), SqliteTime.Of(updatedAt));
    }

    /// <summary>A session of its view and of what is stored beside it.</summary>
    public static Session Session(ReadOnlySpan<byte> view, ReadOnlySpan<byte> rest)
    {
        var tasks = ImmutableDictionary<string, RunningTask>.Empty;
        var ended = ImmutableList<string>.Empty;
        var (outputCount, crashed) = (0L, false);
        Span<char> letters = stackalloc char[MostLetters];
        var json = Begin(rest);
        while (Next(ref json, letters, out var length))
        {
            switch (letters[..length])
            {
                case "tasks": tasks = Tasks(ref json); break;
                case "ended_tasks": ended = Strings(ref json); break;
                case "output_count": outputCount = json.GetInt64(); break;
                case "crashed": crashed = json.GetBoolean(); break;
                default: json.Skip(); break;
            }
        }

        return new Session(View(view)) { Tasks = tasks, EndedTasks = ended, OutputCount = outputCount, Crashed = crashed };
    }

    private static Usage Used(ref Utf8JsonReader json)
    {
        var (input, read, written, output) = (0L, 0L, 0L, 0L);
        decimal? cost = null;
        var source = default(CostSource);
        Span<char> letters = stackalloc char[MostLetters];
        Must(json.TokenType == JsonTokenType.StartObject);
        while (Next(ref json, letters, out var length))
        {
            switch (letters[..length])
            {
                case "input_tokens": input = json.GetInt64(); break;
                case "cache_read_tokens": read = json.GetInt64(); break;
                case "cache_write_tokens": written = json.GetInt64(); break;
                case "output_tokens": output = json.GetInt64(); break;
                case "cost_usd": cost = json.TokenType == JsonTokenType.Null ? null : json.GetDecimal(); break;
                case "cost_source": source = Named<CostSource>(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new Usage
        {
            InputTokens = input, CacheReadTokens = read, CacheWriteTokens = written, OutputTokens = output, CostUsd = cost, CostSource = source,
        };
    }

    private static ImmutableDictionary<string, RunningTask> Tasks(ref Utf8JsonReader json)
    {
        var tasks = ImmutableDictionary<string, RunningTask>.Empty;
        Span<char> letters = stackalloc char[MostLetters];
        Must(json.TokenType == JsonTokenType.StartArray);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            string? id = null, name = null;
            DateTimeOffset startedAt = default;
            Must(json.TokenType == JsonTokenType.StartObject);
            while (Next(ref json, letters, out var length))
            {
                switch (letters[..length])
                {
                    case "task_id": id = json.GetString(); break;
                    case "name": name = json.GetString(); break;
                    case "started_at": startedAt = json.GetDateTimeOffset(); break;
                    default: json.Skip(); break;
                }
            }

            tasks = tasks.Add(id ?? throw Missing("task_id"), new RunningTask(id, name, startedAt));
        }

        return tasks;
    }

    private static ImmutableList<string> Strings(ref Utf8JsonReader json)
    {
        var strings = ImmutableList<string>.Empty;
        Must(json.TokenType == JsonTokenType.StartArray);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Must(json.TokenType == JsonTokenType.String);
            strings = strings.Add(json.GetString()!);
        }

        return strings;
    }

    private static DateTimeOffset? Time(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Null ? null : json.GetDateTimeOffset();

    private static T Named<T>(ref Utf8JsonReader json)
        where T : struct, Enum =>
        WireName<T>.TryParse(json.GetString(), out var value) ? value : throw new JsonException($"must be one of {WireName<T>.List}.");

    /// <summary>Begins to read an object.</summary>
    private static Utf8JsonReader Begin(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text);
        json.Read();
        Must(json.TokenType == JsonTokenType.StartObject);
        return json;
    }

    /// <summary>Goes on to an object's next field, whose name it spells, and to its value; not past the object's end.</summary>
    private static bool Next(ref Utf8JsonReader json, scoped Span<char> letters, out int length)
    {
        length = 0;
        json.Read();
        if (json.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        length = json.ValueSpan.Length > letters.Length ? 0 : json.CopyString(letters);
        return json.Read();
    }

    /// <summary>To go on in what has another shape would be to lose what follows.</summary>
    private static void Must(bool isSo)
    {
        if (!isSo)
        {
            throw new JsonException("a session is stored in a shape that is not known.");
        }
    }

    private static JsonException Missing(string field) => new($"a session is stored without {field}.");
}
