using System.Buffers;
using Rollcall.Protocol;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Clients.Jidoka;
using Rollcall.Server.Clients.Orc;
using Rollcall.Server.Tests.Protocol;

namespace Rollcall.Server.Tests.Clients;

/// <summary>What clients of other systems are told of a session's second life behind its <c>session_created</c>, which the session's own topic leaves out.</summary>
public sealed class SecondLifeTests
{
    private static readonly SessionView Born = SampleEvents.View with { Id = "a", Name = "B", Project = "q", Cwd = "/w/q", Version = 8, Seq = 8 };

    private static readonly SessionView Ended = Born with
    {
        Name = "A", Cwd = "/w/p", Status = SessionStatus.Terminated, State = SessionState.Error, IsPaused = true, ErrorMessage = "gone",
        CreatedAt = Born.CreatedAt.AddHours(-2), EndedAt = Born.CreatedAt.AddHours(-1),
    };

    private static readonly List<HubEvent> Events =
    [
        SessionUpdated.Between(Ended, Born, Born.CreatedAt, 9, 9),
        new SessionStatusChanged { SessionId = "a", Seq = 10, Time = Born.CreatedAt, UpdatedAt = Born.CreatedAt, PreviousStatus = SessionStatus.Initializing, Status = SessionStatus.Active },
    ];

    [Fact]
    public void A_task_is_told_its_title_and_once_that_it_runs() => Assert.Equal(
        ["task_updated B", "task_updated running"],
        Told(frames => Events.ForEach(happened => new OrcWords(frames).Say(happened, Born))).Select(frame =>
            $"{frame.GetProperty("event")} {string.Join(' ', frame.GetProperty("data").EnumerateObject().Where(field => field.Name is "title" or "status").Select(field => field.Value))}"));

    [Fact]
    public void A_channel_is_told_the_name_and_then_the_state_without_an_error() => Assert.Equal(
        ["name=B", "state=working error_message="],
        Told(frames => Events.ForEach(happened => new AgentcmdWords(frames).Say(happened, Born))).Select(frame => string.Join(
            ' ', frame.GetProperty("data").EnumerateObject().Where(field => field.Name is not ("sessionId" or "updated_at")).Select(field => $"{field.Name}={field.Value}"))));

    [Fact]
    public void A_subscriber_is_told_that_the_pause_is_over_and_that_it_is_active() => Assert.Equal(
        ["agent_status resumed", "session_status active"],
        Told(frames => Events.ForEach(new JidokaWords(frames, "jido.client.session.a", ofAll: false).Say)).Select(frame => $"{frame[3]} {frame[4].GetProperty("status")}"));

    [Fact]
    public void A_life_in_another_project_that_was_never_paused_is_not_told_as_resumed() => Assert.Equal(
        ["session_status active"],
        Told(frames => new List<HubEvent> { SessionUpdated.Whole(Born, Born.CreatedAt, 9, 9), Events[1] }.ForEach(
            new JidokaWords(frames, "jido.client.session.a", ofAll: false).Say)).Select(frame => $"{frame[3]} {frame[4].GetProperty("status")}"));

    private static List<System.Text.Json.JsonElement> Told(Action<IBufferWriter<byte>> say)
    {
        var frames = new ArrayBufferWriter<byte>();
        say(frames);
        return [.. Texts.Of([frames.WrittenMemory])];
    }
}
