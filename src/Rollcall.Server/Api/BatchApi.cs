using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>Many commands in one request, each for itself, each answered in its place.</summary>
public static class BatchApi
{
    /// <summary>Where.</summary>
    public const string Path = Wire.ApiPrefix + "/commands";

    /// <summary>Maps it.</summary>
    public static void MapCommands(this IEndpointRouteBuilder app) => app.MapPost(Path, Give)
        .Accepts<IReadOnlyList<Command>>("application/json", "application/x-ndjson", "application/jsonl", "text/plain")
        .WithTags("commands").WithMetadata(Repeated.OfMany).WithSummary("Many commands, as a JSON array or one per line");

    private static async Task<Results<Answered<IReadOnlyList<BatchItem>>, Problem>> Give(HttpContext http, Intake intake, TimeProvider time)
    {
        var (texts, problem) = BatchText.Split(await Body.Bytes(http.Request));
        if (problem is not null)
        {
            return problem;
        }

        var (allowed, tooMany) = intake.Allow(http, texts!.Count);
        if (allowed == 0 && tooMany is not null)
        {
            return Problem.Of(tooMany);
        }

        var items = texts.Select((text, place) => place < allowed ? Item.Read(text, place, http, time) : Item.Refuse(tooMany!)).ToList();
        var outcomes = new Queue<Outcome>(await intake.Submit(http, [.. items.Where(item => item.Command is not null).Select(item => item.Command!)]));
        if (outcomes.All(outcome => outcome is Outcome.Refused { Code: ErrorCodes.Unavailable }) && outcomes.FirstOrDefault() is Outcome.Refused unavailable)
        {
            // They are stored together: where they could not be, none was. One whose session could not be read is refused in its place.
            return Problem.Of(unavailable);
        }

        return new Answered<IReadOnlyList<BatchItem>>([.. items.Select(item => item.Refusal ?? item.Answer(outcomes.Dequeue()))]);
    }

    /// <summary>One command of a batch, or why it is none.</summary>
    private sealed record Item(Command? Command, BatchItem? Refusal, string? MadeSession = null, string? MadeTask = null)
    {
        public static Item Read(ReadOnlyMemory<byte> text, int place, HttpContext http, TimeProvider time)
        {
            var (command, problem) = Body.Parse<Command>(text.Span);
            if (problem is not null)
            {
                return new(null, Refuse(problem));
            }

            // The generated reader leaves what is absent null, whatever the type says.
            if (command is CreateSession { SessionId: null } create)
            {
                // As on its own route, its id may be called that.
                var (named, wrong) = Body.Parse<NewSession>(text.Span);
                var id = named?.Id ?? http.NewSession(time, place);
                return wrong is null ? new(create with { SessionId = id }, null, MadeSession: id) : new(null, Refuse(wrong));
            }

            command = command!.SessionId is null ? command with { SessionId = "" } : command;
            return command switch
            {
                StartTask { TaskId: null } start when http.NewTask(time, place) is var id => new(start with { TaskId = id }, null, MadeTask: id),
                _ => new(command, null),
            };
        }

        public static Item Refuse(Outcome.Refused refused) => new(null, Refuse(refused.Code, refused.Message, refused.Field));

        public BatchItem Answer(Outcome outcome) => outcome switch
        {
            Outcome.Accepted accepted => new(true, accepted.Seq, MadeSession, MadeTask),
            Outcome.Refused refused => Refuse(refused.Code, refused.Message, refused.Field),
            _ => throw new InvalidOperationException("an outcome is accepted or refused"),
        };

        private static BatchItem Refuse(Problem problem) => Refuse(ErrorCodes.InvalidRequest, problem.Detail, problem.Fields.FirstOrDefault());

        private static BatchItem Refuse(string code, string message, string? field) => new(false, Code: code, Message: message, Field: field);
    }
}

/// <summary>Takes a batch's text apart: a JSON array, or one object per line.</summary>
internal static class BatchText
{
    /// <summary>Commands of one batch: an answer is larger than its command, and all are decided at once.</summary>
    public const int Most = 20_000;

    /// <summary>The refusal of more.</summary>
    public static readonly Problem TooMany = new(ErrorCodes.TooLarge, $"a batch is of at most {Most} commands");

    public static (IReadOnlyList<ReadOnlyMemory<byte>>? Items, Problem? Problem) Split(ReadOnlyMemory<byte> body)
    {
        var start = body.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
        {
            return ([], null);
        }

        return body.Span[start] == '[' ? Array(body) : Lines(body) is { Count: <= Most } lines ? (lines, null) : (null, TooMany);
    }

    private static List<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> body)
    {
        var items = new List<ReadOnlyMemory<byte>>();
        while (!body.IsEmpty && items.Count <= Most)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                items.Add(line);
            }
        }

        return items;
    }

    private static (IReadOnlyList<ReadOnlyMemory<byte>>? Items, Problem? Problem) Array(ReadOnlyMemory<byte> body)
    {
        try
        {
            // An item that nests too deeply is refused in its place.
            var items = new List<ReadOnlyMemory<byte>>();
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = body.Length });
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                items.Add(body[start..(int)reader.BytesConsumed]);
                if (items.Count > Most)
                {
                    return (null, TooMany);
                }
            }

            // What follows the array is read, too: there must be nothing.
            return reader.Read() ? (null, new Problem(ErrorCodes.InvalidRequest, "the body is not valid JSON")) : (items, null);
        }
        catch (JsonException wrong)
        {
            return (null, new Problem(ErrorCodes.InvalidRequest, $"the body is not valid JSON: {wrong.Message.Split(" LineNumber", 2)[0]}"));
        }
    }
}
