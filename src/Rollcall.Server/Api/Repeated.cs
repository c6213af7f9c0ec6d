using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Api;

/// <summary>
/// Marks routes by which sessions are reported. A request to one that is sent again is answered without the hub, and changes
/// nothing, but is a sign of life of its sessions, as the hub itself takes what it recognises.
/// </summary>
/// <param name="sessions">Of a request with its body, and the answer to it, the sessions that were accepted as reported.</param>
internal sealed class Repeated(Func<HttpRequest, ReadOnlyMemory<byte>, KeptAnswer, IEnumerable<string>> sessions)
{
    /// <summary>The session that the route names, or that was begun.</summary>
    public static readonly Repeated OfOne = new(static (request, _, answer) =>
        request.RouteValues["id"] is string id ? [id] : Text(answer.Body, "id") is { } begun ? [begun] : []);

    /// <summary>Those of the commands that were accepted.</summary>
    public static readonly Repeated OfMany = new(static (_, body, answer) => Accepted(body, answer));

    /// <summary>Has the hub hear of them, as much as the door lets through: one heartbeat of each, and none of who may give none.</summary>
    public async Task Hear(HttpContext context, ReadOnlyMemory<byte> body, KeptAnswer answer)
    {
        if (Door.AllowsKind(context.Principal(), new Heartbeat()) is not null)
        {
            return;
        }

        var intake = context.RequestServices.GetRequiredService<Intake>();
        Heartbeat[] heard = [.. sessions(context.Request, body, answer).Distinct().Select(id => new Heartbeat { SessionId = id })];
        var (allowed, _) = intake.Allow(context, heard.Length);
        if (allowed > 0)
        {
            await intake.Submit(context, heard[..allowed]);
        }
    }

    private static IEnumerable<string> Accepted(ReadOnlyMemory<byte> body, KeptAnswer answer)
    {
        using var items = JsonDocument.Parse(answer.Body);
        var texts = BatchText.Split(body).Items ?? [];
        foreach (var (text, item) in texts.Zip(items.RootElement.EnumerateArray()))
        {
            if (item.GetProperty("ok").GetBoolean() && (Text(item, "session_id") ?? Text(text, "session_id")) is { } id)
            {
                yield return id;
            }
        }
    }

    private static string? Text(ReadOnlyMemory<byte> json, string field)
    {
        using var parsed = JsonDocument.Parse(json);
        return Text(parsed.RootElement, field);
    }

    private static string? Text(JsonElement json, string field) =>
        json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
