using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>What <c>POST /sessions</c> takes; see <see cref="SessionView"/> for the fields.</summary>
public sealed record NewSession
{
    /// <summary>Made by the hub when not given.</summary>
    public string? Id { get; init; }

    /// <inheritdoc cref="CreateSession.Name"/>
    public string? Name { get; init; }

    /// <inheritdoc cref="CreateSession.Agent"/>
    public string? Agent { get; init; }

    /// <inheritdoc cref="CreateSession.Project"/>
    public string? Project { get; init; }

    /// <inheritdoc cref="CreateSession.Host"/>
    public string? Host { get; init; }

    /// <inheritdoc cref="CreateSession.Cwd"/>
    public string? Cwd { get; init; }

    /// <inheritdoc cref="CreateSession.Model"/>
    public string? Model { get; init; }

    /// <inheritdoc cref="CreateSession.Metadata"/>
    public JsonElement? Metadata { get; init; }

    /// <inheritdoc cref="CreateSession.Status"/>
    public SessionStatus? Status { get; init; }

    /// <inheritdoc cref="CreateSession.LeaseSeconds"/>
    public int? LeaseSeconds { get; init; }

    /// <summary>The command that it stands for.</summary>
    public CreateSession ToCommand(string id) => new()
    {
        SessionId = id,
        Name = Name,
        Agent = Agent,
        Project = Project,
        Host = Host,
        Cwd = Cwd,
        Model = Model,
        Metadata = Metadata,
        Status = Status,
        LeaseSeconds = LeaseSeconds,
    };
}

/// <summary>What a person tells a session's owner.</summary>
public sealed record MessageForOwner
{
    /// <summary>The message.</summary>
    public string? Text { get; init; }

    /// <summary>An array, handed on as it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Images { get; init; }

    /// <summary>An object, handed on as it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Config { get; init; }
}

/// <summary>What a token shall be good for: by default everything its maker may do, for 15 minutes.</summary>
public sealed record TokenRequest
{
    /// <summary>Only these scopes.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>Only these projects.</summary>
    public IReadOnlyList<string>? Projects { get; init; }

    /// <summary>For so long; 1 to 3,600.</summary>
    public int? LifetimeSeconds { get; init; }
}
