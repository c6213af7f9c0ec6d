using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>
/// Some fields of a session's view changed. Only <c>session_id</c>, <c>updated_at</c>, <c>version</c> and the changed
/// fields are written, or, where another life is in another project, every field: an absent field is as before, an explicit null clears. <c>project</c>, <c>created_at</c> and
/// <c>ended_at</c> change, and <c>status</c> becomes initializing, only where a session that has ended begins another life.
/// </summary>
public sealed record SessionUpdated : SessionEvent
{
    /// <summary>When.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>See <see cref="SessionView.Version"/>.</summary>
    public long Version { get; init; }

    /// <summary>See <see cref="SessionView.Name"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Name { get; init; }

    /// <summary>See <see cref="SessionView.Agent"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Agent { get; init; }

    /// <summary>See <see cref="SessionView.Project"/>; only another life has another.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Project { get; init; }

    /// <summary>See <see cref="SessionView.Host"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Host { get; init; }

    /// <summary>See <see cref="SessionView.Cwd"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Cwd { get; init; }

    /// <summary>See <see cref="SessionView.Model"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Model { get; init; }

    /// <summary>See <see cref="SessionView.Status"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<SessionStatus>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<SessionStatus> Status { get; init; }

    /// <summary>See <see cref="SessionView.State"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<SessionState>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<SessionState> State { get; init; }

    /// <summary>See <see cref="SessionView.WaitingFor"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<WaitingFor?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<WaitingFor?> WaitingFor { get; init; }

    /// <summary>See <see cref="SessionView.WaitingSince"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<DateTimeOffset?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> WaitingSince { get; init; }

    /// <summary>See <see cref="SessionView.WaitingText"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> WaitingText { get; init; }

    /// <summary>See <see cref="SessionView.ErrorMessage"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> ErrorMessage { get; init; }

    /// <summary>See <see cref="SessionView.IsPaused"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<bool>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<bool> IsPaused { get; init; }

    /// <summary>See <see cref="SessionView.Stale"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<bool>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<bool> Stale { get; init; }

    /// <summary>See <see cref="SessionView.TasksRunning"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<int>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<int> TasksRunning { get; init; }

    /// <summary>See <see cref="SessionView.Usage"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<Usage>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<Usage> Usage { get; init; }

    /// <summary>See <see cref="SessionView.Metadata"/>; the whole object, not a patch of it.</summary>
    [JsonConverter(typeof(OptionalConverter<Metadata>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<Metadata> Metadata { get; init; }

    /// <summary>See <see cref="SessionView.CreatedAt"/>; only another life has another.</summary>
    [JsonConverter(typeof(OptionalConverter<DateTimeOffset>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset> CreatedAt { get; init; }

    /// <summary>See <see cref="SessionView.EndedAt"/>; null in another life. An end is told by the status.</summary>
    [JsonConverter(typeof(OptionalConverter<DateTimeOffset?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<DateTimeOffset?> EndedAt { get; init; }

    /// <summary>The event that leads from one view to another of the same session.</summary>
    /// <param name="before">The view before it.</param>
    /// <param name="after">The view after it.</param>
    /// <param name="updatedAt">Its time, and the view's <c>updated_at</c>.</param>
    /// <param name="seq">Its place in the log.</param>
    /// <param name="version">The view's version after it.</param>
    public static SessionUpdated Between(SessionView before, SessionView after, DateTimeOffset updatedAt, long seq, long version) => new()
    {
        SessionId = after.Id,
        Seq = seq,
        Time = updatedAt,
        UpdatedAt = updatedAt,
        Version = version,
        Name = Changed(before.Name, after.Name),
        Agent = Changed(before.Agent, after.Agent),
        Project = Changed(before.Project, after.Project),
        Host = Changed(before.Host, after.Host),
        Cwd = Changed(before.Cwd, after.Cwd),
        Model = Changed(before.Model, after.Model),
        Status = Changed(before.Status, after.Status),
        State = Changed(before.State, after.State),
        WaitingFor = Changed(before.WaitingFor, after.WaitingFor),
        WaitingSince = Changed(before.WaitingSince, after.WaitingSince),
        WaitingText = Changed(before.WaitingText, after.WaitingText),
        ErrorMessage = Changed(before.ErrorMessage, after.ErrorMessage),
        IsPaused = Changed(before.IsPaused, after.IsPaused),
        Stale = Changed(before.Stale, after.Stale),
        TasksRunning = Changed(before.TasksRunning, after.TasksRunning),
        Usage = Changed(before.Usage, after.Usage),
        Metadata = Changed(before.Metadata, after.Metadata),
        CreatedAt = Changed(before.CreatedAt, after.CreatedAt),
        EndedAt = Changed(before.EndedAt, after.EndedAt),
    };

    /// <summary>The event that leads to a view from any other of the same session: it has every field.</summary>
    /// <param name="view">The view after it, but for its version.</param>
    /// <param name="updatedAt">Its time, and the view's <c>updated_at</c>.</param>
    /// <param name="seq">Its place in the log.</param>
    /// <param name="version">The view's version after it.</param>
    public static SessionUpdated Whole(SessionView view, DateTimeOffset updatedAt, long seq, long version) => new()
    {
        SessionId = view.Id,
        Seq = seq,
        Time = updatedAt,
        UpdatedAt = updatedAt,
        Version = version,
        Name = view.Name,
        Agent = view.Agent,
        Project = view.Project,
        Host = view.Host,
        Cwd = view.Cwd,
        Model = view.Model,
        Status = view.Status,
        State = view.State,
        WaitingFor = view.WaitingFor,
        WaitingSince = view.WaitingSince,
        WaitingText = view.WaitingText,
        ErrorMessage = view.ErrorMessage,
        IsPaused = view.IsPaused,
        Stale = view.Stale,
        TasksRunning = view.TasksRunning,
        Usage = view.Usage,
        Metadata = view.Metadata,
        CreatedAt = view.CreatedAt,
        EndedAt = view.EndedAt,
    };

    /// <summary>Whether it tells of no change.</summary>
    [JsonIgnore]
    public bool IsEmpty => !(Name.HasValue || Agent.HasValue || Host.HasValue || Cwd.HasValue || Model.HasValue || Status.HasValue || State.HasValue
        || WaitingFor.HasValue || WaitingSince.HasValue || WaitingText.HasValue || ErrorMessage.HasValue || IsPaused.HasValue || Stale.HasValue
        || TasksRunning.HasValue || Usage.HasValue || Metadata.HasValue || Project.HasValue || CreatedAt.HasValue || EndedAt.HasValue);

    /// <summary>The view with this event's fields in place.</summary>
    /// <param name="view">The view before it.</param>
    /// <param name="version">The view's version after it.</param>
    /// <param name="lastSeenAt">When the session was last heard of.</param>
    public SessionView ApplyTo(SessionView view, long version, DateTimeOffset lastSeenAt) => view with
    {
        Version = version,
        Seq = Seq,
        LastSeenAt = lastSeenAt,
        UpdatedAt = UpdatedAt,
        Name = Name.Or(view.Name),
        Agent = Agent.Or(view.Agent),
        Project = Project.Or(view.Project),
        Host = Host.Or(view.Host),
        Cwd = Cwd.Or(view.Cwd),
        Model = Model.Or(view.Model),
        Status = Status.Or(view.Status),
        State = State.Or(view.State),
        WaitingFor = WaitingFor.Or(view.WaitingFor),
        WaitingSince = WaitingSince.Or(view.WaitingSince),
        WaitingText = WaitingText.Or(view.WaitingText),
        ErrorMessage = ErrorMessage.Or(view.ErrorMessage),
        IsPaused = IsPaused.Or(view.IsPaused),
        Stale = Stale.Or(view.Stale),
        TasksRunning = TasksRunning.Or(view.TasksRunning),
        Usage = Usage.Or(view.Usage),
        Metadata = Metadata.Or(view.Metadata),
        CreatedAt = CreatedAt.Or(view.CreatedAt),
        EndedAt = EndedAt.Or(view.EndedAt),
    };

    private static Optional<T> Changed<T>(T before, T after) =>
        EqualityComparer<T>.Default.Equals(before, after) ? default : new Optional<T>(after);
}
