using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Core;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Ingest.Hooks;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>Hooks heard one after the other, their commands decided and folded as the hub does. Not synchronised.</summary>
internal sealed class HookScene(string agent = "claude-code")
{
    public const string Id = "0b7c3d52-6d0e-4d52-9f0a-2f6c1f0f9a11";

    private readonly Dictionary<string, Session> _sessions = [];

    public DateTimeOffset Now { get; private set; } = new(2026, 9, 1, 8, 0, 0, TimeSpan.Zero);

    public HookMemory Memory { get; init; } = new();

    /// <summary>The last event before those that are heard here.</summary>
    private long Head { get; init; }

    public List<SessionEvent> Events { get; } = [];

    public List<Outcome.Refused> Refusals { get; } = [];

    public SessionView View => _sessions[Id].View;

    public Session? Session => _sessions.GetValueOrDefault(Id);

    public SessionStatus Status => View.Status;

    /// <summary>Hears a payload given as JSON text.</summary>
    public HookResult HearText(string json, string? host = null)
    {
        using var document = JsonDocument.Parse(json);
        var result = HookMapping.Map(agent, document.RootElement, Memory, Now, host);
        if (result.Trail is { } trail)
        {
            var session = result.Commands[0].SessionId;
            Memory.Submitted(session, trail);
            var told = Events.Count;
            var outcomes = Submit(result.Commands);
            Memory.Heard(Events[told..]);
            Memory.Answered(session, trail, HookSubmission.AsOf(trail, outcomes));
        }

        return result;
    }

    /// <summary>Hears a hook of the session, in the turn p1 unless it says otherwise.</summary>
    public HookResult Hear(string hook, params (string Field, object? Value)[] fields) => HearText(Payload(hook, fields));

    public static string Payload(string hook, params (string Field, object? Value)[] fields)
    {
        var body = new JsonObject { ["session_id"] = Id, ["cwd"] = "/src/shop", ["hook_event_name"] = hook, ["prompt_id"] = "p1" };
        foreach (var (field, value) in fields)
        {
            body[field] = value as JsonNode ?? JsonValue.Create(value as string);
        }

        return body.ToJsonString();
    }

    public HookScene After(double seconds)
    {
        Now += TimeSpan.FromSeconds(seconds);
        return this;
    }

    public IReadOnlyList<Outcome> Submit(IReadOnlyList<Command> commands) => [.. commands.Select(Submit)];

    /// <summary>The same session on a hub that restarted: what hooks said before is forgotten.</summary>
    public HookScene Restarted(bool recalls)
    {
        var next = new HookScene(agent) { Now = Now, Head = View.Seq };
        next._sessions[Id] = _sessions[Id];
        if (recalls)
        {
            next.Memory.Recall(_sessions[Id]);
        }

        return next;
    }

    private Outcome Submit(Command command)
    {
        var session = _sessions.GetValueOrDefault(command.SessionId);
        switch (SessionMachine.Decide(session, command, Now, Head + Events.Count))
        {
            case Decision.Refused refused:
                Refusals.Add(new Outcome.Refused(refused.Code, refused.Message, refused.Field));
                return Refusals[^1];
            case Decision.Accepted accepted:
                foreach (var (happened, after) in accepted.Steps)
                {
                    session = _sessions[command.SessionId] = after;
                    Events.Add(happened);
                }

                return new Outcome.Accepted(session!.View.Seq, session, accepted.Steps.Count > 0);
            default:
                throw new InvalidOperationException();
        }
    }
}
