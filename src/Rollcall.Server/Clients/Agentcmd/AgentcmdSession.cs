using System.Text.Json.Serialization;
using Rollcall.Protocol;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>
/// A session in agentcmd's words, over HTTP and where a message carries the whole of it. A field for which the hub has no
/// fact is left out.
/// </summary>
/// <param name="Id">The session's id.</param>
/// <param name="ProjectId">Its project's name; null when it has none.</param>
/// <param name="ProjectIdToo">The same, as earlier versions of the client spell it.</param>
/// <param name="Name">What a person calls it; absent when it has no name.</param>
/// <param name="Agent">The kind of agent: <c>claude</c> for Claude Code, any other as it was reported; null when it was not.</param>
/// <param name="Type">Always <c>chat</c>: the hub knows neither workflows nor internal sessions.</param>
/// <param name="Metadata">The reporter's own fields, and <c>totalTokens</c>.</param>
/// <param name="State">One of three.</param>
/// <param name="ErrorMessage">Why it failed; absent unless the state is error.</param>
/// <param name="IsArchived">Always false: nobody archives here.</param>
/// <param name="ArchivedAt">Always null.</param>
/// <param name="CreatedAt">When its present life began.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public sealed record AgentcmdSession(
    string Id,
    [property: JsonPropertyName("project_id")] string? ProjectId,
    [property: JsonPropertyName("projectId")] string? ProjectIdToo,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    string? Agent,
    string Type,
    Metadata Metadata,
    SessionState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ErrorMessage,
    bool IsArchived,
    DateTimeOffset? ArchivedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    private const string TotalTokens = "totalTokens";

    /// <summary>A session of the hub.</summary>
    public static AgentcmdSession Of(SessionView session) => new(
        session.Id,
        session.Project,
        session.Project,
        session.Name,
        session.Agent == "claude-code" ? "claude" : session.Agent,
        "chat",
        MetadataOf(session),
        session.State,
        ErrorOf(session),
        IsArchived: false,
        ArchivedAt: null,
        session.CreatedAt,
        session.UpdatedAt);

    /// <summary>Why a session failed; null unless its state is error: in agentcmd every other state clears it.</summary>
    public static string? ErrorOf(SessionView session) => session.State == SessionState.Error ? session.ErrorMessage : null;

    /// <summary>The whole of a session's metadata, as its client replaces one by the next: the reporter's own, and the tokens unless the reporter counts them.</summary>
    public static Metadata MetadataOf(SessionView session) =>
        session.Metadata.Has(TotalTokens) ? session.Metadata : session.Metadata.With(TotalTokens, session.Usage.TotalTokens);
}

/// <summary>What agentcmd's client changes of a session; the mode in which an agent asks for permission is its own program's.</summary>
public sealed record AgentcmdChange
{
    /// <summary>What a person calls it.</summary>
    public string? Name { get; init; }
}

/// <summary>A project in agentcmd's words: here, what some sessions have in common.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Path">Where its last changed session works; empty when that was not reported.</param>
/// <param name="IsHidden">Always false.</param>
/// <param name="IsStarred">Always false.</param>
/// <param name="CreatedAt">When the first of its sessions began.</param>
/// <param name="UpdatedAt">When the last of its sessions changed.</param>
/// <param name="Sessions">Those that changed last; absent unless they were asked for.</param>
public sealed record AgentcmdProject(
    string Id, string Name, string Path, bool IsHidden, bool IsStarred, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<AgentcmdSession>? Sessions);

/// <summary>A piece of output as a message of agentcmd's.</summary>
/// <param name="Id">The session's id and the piece's number.</param>
/// <param name="Role">Always <c>assistant</c>: whatever a session writes, its agent wrote.</param>
/// <param name="Content">One block of text; its client takes nothing but blocks.</param>
/// <param name="Timestamp">Milliseconds since 1970.</param>
public sealed record AgentcmdMessageView(string Id, string Role, IReadOnlyList<AgentcmdBlock> Content, long Timestamp)
{
    /// <summary>A piece of output.</summary>
    public static AgentcmdMessageView Of(StreamOutput piece) => new(
        $"{piece.SessionId}:{piece.Index}", "assistant", [new AgentcmdBlock("text", piece.Text)], piece.Time.ToUnixTimeMilliseconds());
}

/// <summary>A part of a message.</summary>
/// <param name="Type">Always <c>text</c>.</param>
/// <param name="Text">What was written.</param>
public sealed record AgentcmdBlock(string Type, string Text);

/// <summary>How every answer of agentcmd's HTTP API is wrapped.</summary>
public sealed record AgentcmdAnswer<T>(T Data);
