using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

public sealed class LimitsTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("A-z.0_9:x", true)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("é", false)]
    [InlineData("a\n", false)]
    public void An_id_is_1_to_128_of_the_allowed_characters(string id, bool valid)
    {
        Assert.Equal(valid, SessionIds.IsValid(id));
        Assert.Equal(valid, SessionMachine.Decide(null, new CreateSession { SessionId = id }, new Life().Now, 0) is Decision.Accepted);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("count")]
    public void An_id_that_no_route_can_name_is_for_no_new_session(string id)
    {
        var life = new Life();
        var refused = Assert.IsType<Decision.Refused>(SessionMachine.Decide(null, new CreateSession { SessionId = id }, life.Now, 0));
        Assert.Equal((ErrorCodes.InvalidRequest, "session_id", $"session_id {SessionIds.RuleForNew}"), (refused.Code, refused.Field, refused.Message));
    }

    [Fact]
    public void An_id_has_at_most_128_characters() =>
        Assert.Equal((true, false), (SessionIds.IsValid(new string('a', 128)), SessionIds.IsValid(new string('a', 129))));

    [Fact]
    public void An_id_made_by_the_hub_keeps_the_rule_and_sorts_by_time()
    {
        var life = new Life();
        var first = SessionIds.New(life.Now);
        Assert.True(SessionIds.IsValid(first));
        Assert.StartsWith("session_", first, StringComparison.Ordinal);
        Assert.True(string.CompareOrdinal(first, SessionIds.New(life.Now.AddMilliseconds(1))) < 0);
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void A_character_is_a_code_point_however_it_is_stored(int emoji, bool fits)
    {
        var create = new CreateSession { SessionId = Life.Id, Name = string.Concat(Enumerable.Repeat("🐙", emoji)) };
        Assert.Equal(fits, SessionMachine.Decide(null, create, new Life().Now, 0) is Decision.Accepted);
    }

    [Fact]
    public void Every_field_that_breaks_a_rule_is_named_the_id_among_them()
    {
        var create = new CreateSession { SessionId = "a b", Project = "", Status = SessionStatus.Waiting, LeaseSeconds = 0 };
        var refused = Assert.IsType<Decision.Refused>(SessionMachine.Decide(null, create, new Life().Now, 0));
        Assert.Equal(["session_id", "project", "status", "lease_seconds"], refused.Errors!.Keys);
        Assert.Equal("session_id", refused.Field);
    }

    [Fact]
    public void Without_a_status_the_texts_that_are_too_long_are_named_too()
    {
        var change = new ChangeStatus { SessionId = Life.Id, ErrorMessage = Text(8193), WaitingText = Text(8193) };
        var refused = Assert.IsType<Decision.Refused>(SessionMachine.Decide(null, change, new Life().Now, 0));
        Assert.Equal(["status", "error_message", "waiting_text"], refused.Errors!.Keys);
    }

    public static TheoryData<string, Command, Command> Bounds() => new()
    {
        { "name", Update("name", 255), Update("name", 256) },
        { "agent", Update("agent", 8192), Update("agent", 8193) },
        { "host", Update("host", 8192), Update("host", 8193) },
        { "cwd", Update("cwd", 8192), Update("cwd", 8193) },
        { "model", Update("model", 8192), Update("model", 8193) },
        { "task_id", new StartTask { SessionId = Life.Id, TaskId = Text(128) }, new StartTask { SessionId = Life.Id, TaskId = Text(129) } },
        { "task_id", new StartTask { SessionId = Life.Id, TaskId = "t" }, new CompleteTask { SessionId = Life.Id } },
        { "name", new StartTask { SessionId = Life.Id, TaskId = "t", Name = Text(255) }, new StartTask { SessionId = Life.Id, TaskId = "t", Name = Text(256) } },
        { "text", new AppendOutput { SessionId = Life.Id, Text = Text(61_440) }, new AppendOutput { SessionId = Life.Id, Text = Text(61_441) } },
        { "text", new AppendOutput { SessionId = Life.Id, Text = "x" }, new AppendOutput { SessionId = Life.Id, Text = "" } },
        { "error", new ReportMessageError { SessionId = Life.Id, Error = "x" }, new ReportMessageError { SessionId = Life.Id } },
        { "input_tokens", new ReportUsage { SessionId = Life.Id, InputTokens = 0 }, new ReportUsage { SessionId = Life.Id, InputTokens = -1 } },
        { "output_tokens", new ReportUsage { SessionId = Life.Id, OutputTokens = 1 }, new ReportUsage { SessionId = Life.Id, OutputTokens = long.MaxValue } },
        { "cost_usd", new ReportUsage { SessionId = Life.Id, CostUsd = 0 }, new ReportUsage { SessionId = Life.Id, CostUsd = -0.000001m } },
        { "request_id", Use(requestId: Text(255)), Use(requestId: Text(256)) },
        { "task_id", new StartTask { SessionId = Life.Id, TaskId = "t\u0001" }, new StartTask { SessionId = Life.Id, TaskId = "t\0" } },
        { "task_id", new StartTask { SessionId = Life.Id, TaskId = "..." }, new StartTask { SessionId = Life.Id, TaskId = ".." } },
        { "task_id", new StartTask { SessionId = Life.Id, TaskId = ".t" }, new StartTask { SessionId = Life.Id, TaskId = "." } },
        { "request_id", new ReportUsage { SessionId = Life.Id, RequestId = "r" }, new ReportUsage { SessionId = Life.Id, RequestId = "" } },
        { "status", new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Idle }, new ChangeStatus { SessionId = Life.Id } },
        {
            "waiting_for", new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingFor = WaitingFor.Auth },
            new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Idle, WaitingFor = WaitingFor.Auth }
        },
        {
            "waiting_text", new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingText = "?" },
            new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error, WaitingText = "?" }
        },
        {
            "error_message", new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error, ErrorMessage = "no disk" },
            new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Terminating, ErrorMessage = "no disk" }
        },
        {
            "error_message", new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error, ErrorMessage = Text(8192) },
            new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error, ErrorMessage = Text(8193) }
        },
        {
            "error", new TerminateSession { SessionId = Life.Id, Reason = TerminationReason.Expired },
            new TerminateSession { SessionId = Life.Id, Reason = TerminationReason.Crashed }
        },
        { "lease_seconds", Create(c => c with { LeaseSeconds = 1 }), Create(c => c with { LeaseSeconds = 0 }) },
        { "lease_seconds", Create(c => c with { LeaseSeconds = 86_400 }), Create(c => c with { LeaseSeconds = 86_401 }) },
        { "status", Create(c => c with { Status = SessionStatus.Idle }), Create(c => c with { Status = SessionStatus.Waiting }) },
        { "project", Create(c => c with { Project = Text(255) }), Create(c => c with { Project = Text(256) }) },
        { "metadata", Create(c => c with { Metadata = Life.Parsed("{}") }), Create(c => c with { Metadata = Life.Parsed("[]") }) },
        { "project", new UpdateSession { SessionId = Life.Id, Project = new Optional<string?>(null) }, Update("project", 1) },
        {
            "usage", new CompleteMessage { SessionId = Life.Id, Usage = new Usage { InputTokens = 1 } },
            new CompleteMessage { SessionId = Life.Id, Usage = new Usage { InputTokens = -1 } }
        },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void A_field_is_taken_up_to_its_limit_and_a_refusal_names_it(string field, Command within, Command beyond)
    {
        var life = within is CreateSession ? new Life() : Life.Begun();
        var refused = Assert.IsType<Decision.Refused>(life.Try(beyond));
        Assert.Equal((ErrorCodes.InvalidRequest, field), (refused.Code, refused.Field));
        Assert.Contains(field, refused.Message, StringComparison.Ordinal);
        Assert.IsType<Decision.Accepted>(life.Try(within));
    }

    private static ReportUsage Use(string requestId) => new() { SessionId = Life.Id, RequestId = requestId };

    private static string Text(int length) => new('x', length);

    private static CreateSession Create(Func<CreateSession, CreateSession> with) => with(new CreateSession { SessionId = Life.Id });

    private static UpdateSession Update(string field, int length) => field switch
    {
        "name" => new() { SessionId = Life.Id, Name = Text(length) },
        "agent" => new() { SessionId = Life.Id, Agent = Text(length) },
        "project" => new() { SessionId = Life.Id, Project = Text(length) },
        "host" => new() { SessionId = Life.Id, Host = Text(length) },
        "cwd" => new() { SessionId = Life.Id, Cwd = Text(length) },
        _ => new() { SessionId = Life.Id, Model = Text(length) },
    };
}
