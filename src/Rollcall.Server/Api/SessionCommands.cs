using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Protocol;
using Answer = Microsoft.AspNetCore.Http.HttpResults.Results<Rollcall.Server.Api.Answered<Rollcall.Server.Api.CommandAnswer>, Rollcall.Server.Api.Problem>;

namespace Rollcall.Server.Api;

/// <summary>The routes by which sessions are reported and acted on. Each is answered after it is durable.</summary>
public static class SessionCommands
{
    /// <summary>Maps them.</summary>
    public static void MapSessionCommands(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup(Wire.ApiPrefix + "/sessions").WithTags("sessions").WithMetadata(Repeated.OfOne);
        sessions.MapPost("", Create).Accepts<NewSession>("application/json").WithSummary("Begin a session");
        sessions.MapPatch("{id}", Give<UpdateSession>).Accepts<UpdateSession>("application/json").WithSummary("Change what is known of a session");
        sessions.MapDelete("{id}", Give<TerminateSession>).Accepts<TerminateSession>(true, "application/json").WithSummary("End a session");
        sessions.MapPost("{id}/status", Give<ChangeStatus>).Accepts<ChangeStatus>("application/json").WithSummary("Move a session to another status");
        sessions.MapPost("{id}/tasks", StartTask).Accepts<StartTask>(true, "application/json").WithSummary("Count a task in");
        sessions.MapPost("{id}/tasks/{task_id}/complete", CompleteTask).Accepts<CompleteTask>(true, "application/json").WithSummary("Count a task out");
        sessions.MapPost("{id}/usage", Give<ReportUsage>).Accepts<ReportUsage>("application/json").WithSummary("Add to what a session used");
        sessions.MapPost("{id}/heartbeat", Give<Heartbeat>).WithSummary("Say that a session lives");
        sessions.MapPost("{id}/output", Give<AppendOutput>).Accepts<AppendOutput>("application/json").WithSummary("Add a piece of output");
        sessions.MapPost("{id}/pause", Pause).WithSummary("Mark a session as paused, and tell its owner");
        sessions.MapPost("{id}/resume", Resume).WithSummary("Take the mark away, and tell its owner");
    }

    private static async Task<Results<Created<SessionView>, Ok<SessionView>, Problem>> Create(HttpContext http, Intake intake, TimeProvider time)
    {
        var (body, problem) = await Body.Read<NewSession>(http.Request);
        if (problem is not null)
        {
            return problem;
        }

        var id = body!.Id ?? http.NewSession(time);
        return await intake.Submit(http, body.ToCommand(id)) switch
        {
            Outcome.Accepted { Began: true, Session: { } session } => TypedResults.Created($"{Wire.ApiPrefix}/sessions/{id}", session.View),
            Outcome.Accepted { Session: { } session } => TypedResults.Ok(session.View),
            var refused => Refused(refused),
        };
    }

    private static async Task<Answer> Give<T>(string id, HttpContext http, Intake intake)
        where T : Command
    {
        var (body, problem) = await Body.Read<T>(http.Request);
        return problem is not null ? problem : await Give(id, body!, http, intake);
    }

    private static async Task<Answer> Give(string id, Command command, HttpContext http, Intake intake, string? taskId = null) =>
        Told(await intake.Submit(http, command with { SessionId = id }), taskId);

    private static Answer Told(Outcome outcome, string? taskId = null) => outcome is Outcome.Accepted { Session: { } session } accepted
        ? new Answered<CommandAnswer>(new(true, accepted.Seq, session.View, taskId))
        : Refused(outcome);

    private static async Task<Answer> StartTask(string id, HttpContext http, Intake intake, TimeProvider time)
    {
        var (body, problem) = await Body.Read<StartTask>(http.Request);
        if (problem is not null)
        {
            return problem;
        }

        var task = body!.TaskId ?? http.NewTask(time);
        return await Give(id, body with { TaskId = task }, http, intake, task);
    }

    private static async Task<Answer> CompleteTask(string id, [FromRoute(Name = "task_id")] string taskId, HttpContext http, Intake intake)
    {
        var (body, problem) = await Body.Read<CompleteTask>(http.Request);
        return problem is null ? await Give(id, body! with { TaskId = taskId }, http, intake, taskId) : problem;
    }

    /// <summary>The mark is the hub's, which tells the owner, where there is one.</summary>
    private static Task<Answer> Pause(string id, HttpContext http, Intake intake) => Give(id, new PauseSession(), http, intake);

    private static Task<Answer> Resume(string id, HttpContext http, Intake intake) => Give(id, new ResumeSession(), http, intake);

    internal static Problem Refused(Outcome outcome) => outcome is Outcome.Refused refused ? Problem.OfNamed("id", refused)
        : Problem.NotFound("the session is no longer kept");
}
