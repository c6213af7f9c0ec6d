using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;
using Answer = Microsoft.AspNetCore.Http.HttpResults.Results<Microsoft.AspNetCore.Http.HttpResults.Accepted<Rollcall.Server.Api.Told>, Rollcall.Server.Api.Problem>;

namespace Rollcall.Server.Api;

/// <summary>The routes by which a person reaches the program that owns a session. Nothing is stored: it is handed over, or it is not.</summary>
public static class OwnerCalls
{
    /// <summary>Maps them.</summary>
    public static void MapOwnerCalls(this IEndpointRouteBuilder app)
    {
        var session = app.MapGroup(Wire.ApiPrefix + "/sessions/{id}").WithTags("sessions");
        session.MapPost("messages", SendMessage).Accepts<MessageForOwner>("application/json").WithSummary("Send a message to a session's owner");
        session.MapPost("cancel", Cancel).WithSummary("Ask a session's owner to stop what it does");
        session.MapGet("owner", GetOwner).WithSummary("Who owns a session now, and so hears what a person tells it");
    }

    private static async Task<Results<Ok<SessionOwner>, Problem>> GetOwner(string id, HttpContext http, Door door, SessionHub hub)
    {
        if (!SessionIds.IsValid(id))
        {
            return Problem.Invalid("id", SessionIds.Rule);
        }

        // Before the session is looked at: an owner that comes later may be of a new life, and of another project.
        var owner = hub.Owners.Of(id);
        return await door.Find(http.Principal(), id) is null ? Problem.NotFound($"session {id} does not exist")
            : TypedResults.Ok(new SessionOwner(owner is not null, owner?.Key, owner?.Since));
    }

    private static async Task<Answer> SendMessage(string id, HttpContext http, Door door, SessionHub hub)
    {
        var (body, problem) = await Body.Read<MessageForOwner>(http.Request);
        if (problem is not null)
        {
            return problem;
        }

        var wrong = Wrong(string.IsNullOrEmpty(body!.Text) ? "is required" : null, body.Images, body.Config);
        if (!SessionIds.IsValid(id))
        {
            wrong.Add("id", SessionIds.Rule);
        }

        return wrong.Count > 0 ? Problem.Invalid(wrong)
            : await Tell(id, "send_message", JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Default.MessageForOwner), http, door, hub);
    }

    /// <summary>The rule that each field of a message breaks, whichever way it comes.</summary>
    /// <param name="text">That of its text; null when it keeps it.</param>
    /// <param name="images">What is handed on as it is, and was not looked into as it was read.</param>
    /// <param name="config">As that.</param>
    internal static Dictionary<string, string> Wrong(string? text, JsonElement? images, JsonElement? config)
    {
        (string Field, string? Rule)[] rules =
        [
            ("text", text), ("images", Rule("images", images, JsonValueKind.Array, "must be an array")),
            ("config", Rule("config", config, JsonValueKind.Object, "must be an object")),
        ];
        return rules.Where(one => one.Rule is not null).ToDictionary(one => one.Field, one => one.Rule!);
    }

    private static string? Rule(string field, JsonElement? given, JsonValueKind kind, string rule) =>
        given is not { ValueKind: not JsonValueKind.Null } json ? null
        : JsonText.Wrong(JsonMarshal.GetRawUtf8Value(json), field) is (_, var unreadable) ? unreadable
        : json.ValueKind != kind ? rule : null;

    private static Task<Answer> Cancel(string id, HttpContext http, Door door, SessionHub hub) => Tell(id, "cancel", Encoding.UTF8.GetBytes("{}"), http, door, hub);

    private static async Task<Answer> Tell(string id, string name, ReadOnlyMemory<byte> payload, HttpContext http, Door door, SessionHub hub)
    {
        if (!SessionIds.IsValid(id))
        {
            return Problem.Invalid("id", SessionIds.Rule);
        }

        var principal = http.Principal();
        if (door.AllowsMore(principal) is { } refused)
        {
            return Problem.Of(refused);
        }

        if (await door.Find(principal, id) is null)
        {
            return principal.IsLimited ? Problem.Of(Outcome.Foreign) : Problem.NotFound($"session {id} does not exist");
        }

        return await hub.Tell(id, name, payload, principal.Projects) switch
        {
            Outcome.Accepted told => TypedResults.Accepted((string?)null, new Told(true, told.Seq)),
            Outcome.Refused why => Problem.Of(why),
            var other => throw new ArgumentOutOfRangeException(nameof(id), other, null),
        };
    }
}
