using Rollcall.Protocol;
using static Rollcall.Core.Sessions.Decision;

namespace Rollcall.Core.Sessions;

/// <summary>The rules a command's fields must keep, whatever the session. Pure; every field that breaks one is named. A character is a code point of Unicode.</summary>
internal static class CommandRules
{
    /// <summary>Characters of free text: what a person reads at a glance, or a long error message.</summary>
    private const int MaxText = 8 * 1024;

    /// <summary>Characters by which a repeated report is recognised, which are kept as long as the session: as those of an <c>Idempotency-Key</c>.</summary>
    private const int MaxRequestId = 255;

    /// <summary>Characters of one piece of output: less than a socket message (64 KiB).</summary>
    private const int MaxOutput = 60 * 1024;

    /// <summary>More than any session uses, and exact in a client's double.</summary>
    private const long MaxTokens = 1_000_000_000_000;

    private const decimal MaxCost = 1_000_000_000m;

    /// <summary>The refusal of a command that breaks a rule; null when it keeps them all.</summary>
    public static Refused? Check(Command command) => All(SessionId(command), Fields(command));

    private static Refused? Fields(Command command) => command switch
    {
        CreateSession c => Create(c),
        ChangeStatus c => Status(c),
        UpdateSession c => All(
            Name("name", c.Name.Value), Text("agent", c.Agent.Value), Project(c.Project.Value), Text("host", c.Host.Value), Text("cwd", c.Cwd.Value),
            Text("model", c.Model.Value)),
        StartTask c => All(Required("task_id", c.TaskId, Wire.MaxIdLength) ?? Nameable("task_id", c.TaskId!), Name("name", c.Name)),
        CompleteTask c => Required("task_id", c.TaskId, Wire.MaxIdLength),
        ReportUsage c => Usage(c),
        AppendOutput c => Required("text", c.Text, MaxOutput),
        CompleteMessage c => All(Text("message_id", c.MessageId), Told(c.Usage)),
        ReportMessageError c => All(Required("error", c.Error, MaxText), Text("code", c.Code)),
        TerminateSession c => c is { Reason: TerminationReason.Crashed, Error: null }
            ? Invalid("error", "is required with the reason crashed") : Text("error", c.Error),
        PauseSession or ResumeSession or Heartbeat or MarkStale => null,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), null),
    };

    private static Refused? Create(CreateSession c) => All(
        Name("name", c.Name), Text("agent", c.Agent), Project(c.Project), Text("host", c.Host), Text("cwd", c.Cwd), Text("model", c.Model),
        c.Status is null or SessionStatus.Active or SessionStatus.Idle ? null : Invalid("status", "must be active or idle"),
        c.LeaseSeconds is null or (>= 1 and <= 86_400) ? null : Invalid("lease_seconds", "must be from 1 to 86400"));

    private static Refused? Status(ChangeStatus c) => c.Status is null
        ? All(
            Invalid("status", $"is required: one of {WireName<SessionStatus>.List}"), Text("error_message", c.ErrorMessage), Text("waiting_text", c.WaitingText))
        : All(
            c.ErrorMessage is null || c.Status is SessionStatus.Error or SessionStatus.Terminated
                ? Text("error_message", c.ErrorMessage) : Invalid("error_message", "goes only with the status error or terminated"),
            c.WaitingFor is null || c.Status == SessionStatus.Waiting ? null : Invalid("waiting_for", "goes only with the status waiting"),
            c.WaitingText is null || c.Status == SessionStatus.Waiting
                ? Text("waiting_text", c.WaitingText) : Invalid("waiting_text", "goes only with the status waiting"));

    private static Refused? Usage(ReportUsage c) => All(
        Count("input_tokens", c.InputTokens), Count("output_tokens", c.OutputTokens),
        Count("cache_read_tokens", c.CacheReadTokens), Count("cache_write_tokens", c.CacheWriteTokens),
        c.CostUsd is null or (>= 0 and <= MaxCost) ? null : Invalid("cost_usd", $"must be from 0 to {MaxCost}"),
        Text("model", c.Model),
        NotEmpty("request_id", c.RequestId, MaxRequestId));

    /// <summary>The refusal of a report that takes what the session used beyond what any uses; null when it does not.</summary>
    public static Refused? Check(ReportUsage c, Usage sum) => All(
        Sum("input_tokens", c.InputTokens, sum.InputTokens), Sum("output_tokens", c.OutputTokens, sum.OutputTokens),
        Sum("cache_read_tokens", c.CacheReadTokens, sum.CacheReadTokens), Sum("cache_write_tokens", c.CacheWriteTokens, sum.CacheWriteTokens),
        c.CostUsd > 0 && sum.CostUsd > MaxCost ? Invalid("cost_usd", $"must not take the session beyond {MaxCost}") : null);

    /// <summary>A message's usage is not added to anything, but it is shown as it is.</summary>
    private static Refused? Told(Usage? usage) => usage is null
        || (InRange(usage.InputTokens) && InRange(usage.OutputTokens) && InRange(usage.CacheReadTokens) && InRange(usage.CacheWriteTokens)
            && usage.CostUsd is null or (>= 0 and <= MaxCost))
        ? null : Invalid("usage", $"must have counts from 0 to {MaxTokens} and a cost from 0 to {MaxCost}");

    private static Refused? SessionId(Command command) =>
        !SessionIds.IsValid(command.SessionId) ? Invalid("session_id", SessionIds.Rule)
        : command is CreateSession && !SessionIds.IsValidForNew(command.SessionId) ? Invalid("session_id", SessionIds.RuleForNew)
        : null;

    private static Refused? Name(string field, string? value) => AtMost(field, value, Wire.MaxNameLength);

    private static Refused? Project(string? value) => NotEmpty("project", value, Wire.MaxNameLength);

    private static Refused? Text(string field, string? value) => AtMost(field, value, MaxText);

    private static Refused? Required(string field, string? value, int most) => string.IsNullOrEmpty(value)
        ? Invalid(field, "is required") : AtMost(field, value, most);

    private static Refused? NotEmpty(string field, string? value, int most) => value is { Length: 0 }
        ? Invalid(field, "must not be empty; leave it out for none") : AtMost(field, value, most);

    /// <summary>Whether a project may be called so.</summary>
    public static bool IsName(string text) => text.Length > 0 && !IsLonger(text, Wire.MaxNameLength);

    private static bool IsLonger(string text, int most) => text.Length > most && text.EnumerateRunes().Count() > most;

    private static Refused? AtMost(string field, string? value, int most) => value is not null && IsLonger(value, most)
        ? Invalid(field, $"must be at most {most} characters") : null;

    /// <summary>The route that completes a task names it.</summary>
    private static Refused? Nameable(string field, string value) => TaskIds.IsNameable(value) ? null : Invalid(field, TaskIds.Rule);

    private static Refused? Count(string field, long? value) => InRange(value ?? 0)
        ? null : Invalid(field, $"must be from 0 to {MaxTokens}");

    private static Refused? Sum(string field, long? added, long sum) => added > 0 && !InRange(sum)
        ? Invalid(field, $"must not take the session beyond {MaxTokens}") : null;

    /// <summary>One refusal that names every field at fault; null when none is.</summary>
    private static Refused? All(params ReadOnlySpan<Refused?> rules)
    {
        Refused? all = null;
        foreach (var rule in rules)
        {
            all = all is null || rule is null ? all ?? rule : all with
            {
                Message = $"{all.Message}; {rule.Message}",
                Errors = new Dictionary<string, string>([.. Named(all), .. Named(rule)]),
            };
        }

        return all;

        static IReadOnlyDictionary<string, string> Named(Refused one) =>
            one.Errors ?? new Dictionary<string, string> { [one.Field!] = one.Message[(one.Field!.Length + 1)..] };
    }

    private static bool InRange(long value) => value is >= 0 and <= MaxTokens;
}
