using System.Collections.Immutable;
using System.Text.Json;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>
/// Reads the JSON that is stored of a session, field by field. A start reads it of every session: a serializer's code for
/// each type of field would have to be compiled first, which takes longer than to read ten thousand. Fields that are
/// missing have their defaults, and others are passed over.
/// </summary>
internal static class StoredText
{
    /// <summary>No field that is known has a longer name.</summary>
    private const int MostLetters = 32;

    private static readonly Metadata.Converter Metadata = new();

    public static SessionView View(ReadOnlySpan<byte> text)
    {
        string? id = null, name = null, agent = null, project = null, host = null, cwd = null, model = null;
        string? waitingText = null, errorMessage = null;
        var (status, state) = (default(SessionStatus), default(SessionState));
        WaitingFor? waitingFor = null;
        DateTimeOffset? waitingSince = null, endedAt = null;
        DateTimeOffset createdAt = default, updatedAt = default, lastSeenAt = default;
        var (isPaused, stale, tasksRunning, version, seq) = (false, false, 0, 0L, 0L);
        var (usage, metadata) = (Usage.None, Protocol.Metadata.Empty);
        Span<char> letters = stackalloc char[MostLetters];
        var json = new Utf8JsonReader(text);
        json.Read();
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
                case "status": status = Named<SessionStatus>(ref json)!.Value; break;
                case "state": state = Named<SessionState>(ref json)!.Value; break;
                case "waiting_for": waitingFor = Named<WaitingFor>(ref json); break;
                case "waiting_since": waitingSince = Time(ref json); break;
                case "waiting_text": waitingText = json.GetString(); break;
                case "error_message": errorMessage = json.GetString(); break;
                case "is_paused": isPaused = json.GetBoolean(); break;
                case "stale": stale = json.GetBoolean(); break;
                case "tasks_running": tasksRunning = json.GetInt32(); break;
                case "usage": usage = Used(ref json); break;
                case "metadata": metadata = Metadata.Read(ref json, typeof(Metadata), JsonSerializerOptions.Default); break;
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
            Id = id!, Name = name, Agent = agent, Project = project, Host = host, Cwd = cwd, Model = model,
            Status = status, State = state, WaitingFor = waitingFor, WaitingSince = waitingSince, WaitingText = waitingText,
            ErrorMessage = errorMessage, IsPaused = isPaused, Stale = stale, TasksRunning = tasksRunning, Usage = usage, Metadata = metadata,
            CreatedAt = createdAt, UpdatedAt = updatedAt, LastSeenAt = lastSeenAt, EndedAt = endedAt, Version = version, Seq = seq,
        };
    }

    /// <summary>A session of its view and of what is stored beside it.</summary>
    public static Session Session(ReadOnlySpan<byte> view, ReadOnlySpan<byte> rest)
    {
        var tasks = ImmutableDictionary<string, RunningTask>.Empty;
        var ended = ImmutableList<string>.Empty;
        var (outputCount, crashed) = (0L, false);
        Span<char> letters = stackalloc char[MostLetters];
        var json = new Utf8JsonReader(rest);
        json.Read();
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
        while (Next(ref json, letters, out var length))
        {
            switch (letters[..length])
            {
                case "input_tokens": input = json.GetInt64(); break;
                case "cache_read_tokens": read = json.GetInt64(); break;
                case "cache_write_tokens": written = json.GetInt64(); break;
                case "output_tokens": output = json.GetInt64(); break;
                case "cost_usd": cost = json.TokenType == JsonTokenType.Null ? null : json.GetDecimal(); break;
                case "cost_source": source = Named<CostSource>(ref json)!.Value; break;
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
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var (id, name, startedAt) = ("", default(string), default(DateTimeOffset));
            while (Next(ref json, letters, out var length))
            {
                switch (letters[..length])
                {
                    case "task_id": id = json.GetString()!; break;
                    case "name": name = json.GetString(); break;
                    case "started_at": startedAt = json.GetDateTimeOffset(); break;
                    default: json.Skip(); break;
                }
            }

            tasks = tasks.Add(id, new RunningTask(id, name, startedAt));
        }

        return tasks;
    }

    private static ImmutableList<string> Strings(ref Utf8JsonReader json)
    {
        var strings = ImmutableList<string>.Empty;
        while (json.Read() && json.TokenType == JsonTokenType.String)
        {
            strings = strings.Add(json.GetString()!);
        }

        return strings;
    }

    private static DateTimeOffset? Time(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Null ? null : json.GetDateTimeOffset();

    private static T? Named<T>(ref Utf8JsonReader json)
        where T : struct, Enum =>
        json.GetString() is not { } name ? null
        : WireName<T>.TryParse(name, out var value) ? value : throw new JsonException($"must be one of {WireName<T>.List}.");

    /// <summary>Goes on to an object's next field, whose name it spells, and to its value; not past the object's end.</summary>
    private static bool Next(ref Utf8JsonReader json, scoped Span<char> letters, out int length)
    {
        length = 0;
        if (!json.Read() || json.TokenType != JsonTokenType.PropertyName)
        {
            return false;
        }

        length = json.ValueSpan.Length > letters.Length ? 0 : json.CopyString(letters);
        return json.Read();
    }
}
