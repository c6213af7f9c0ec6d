using System.Text;
using System.Text.Json;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

/// <summary>The shortcut for the most frequent payloads says the same as the serializer.</summary>
public class SessionEventTextTests
{
    private static readonly DateTimeOffset Then = new(2026, 3, 1, 12, 30, 5, 120, TimeSpan.Zero);

    private static readonly SessionView Before = new() { Id = "a", Name = "before", WaitingText = "x", WaitingSince = Then, WaitingFor = WaitingFor.Input, ErrorMessage = "y" };

    private static readonly SessionView After = new()
    {
        Id = "a",
        Name = "ünïcode \"quoted\" <b> 😀",
        Agent = "codex",
        Project = "ä",
        Host = "h",
        Cwd = "/srv/ä",
        Model = "m",
        Status = SessionStatus.Terminating,
        State = SessionState.Error,
        IsPaused = true,
        Stale = true,
        TasksRunning = 3,
        Usage = new() { InputTokens = 5, OutputTokens = 6, CostUsd = 0.25m, CostSource = CostSource.Reported },
        Metadata = Metadata.From(JsonElement.Parse("""{"k":"<ü>","n":[1,null]}""")),
        CreatedAt = Then,
        EndedAt = Then.AddMilliseconds(3),
    };

    public static TheoryData<string> Fields =>
        [.. typeof(SessionUpdated).GetProperties().Where(property => property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Optional<>)).Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Fields))]
    public void Each_field_alone_is_written_as_by_the_serializer(string field)
    {
        var property = typeof(SessionUpdated).GetProperty(field)!;
        foreach (var changed in new[] { Between(Before, After), Between(After, Before) })
        {
            var only = new SessionUpdated { SessionId = "a", Seq = 7, Time = Then, UpdatedAt = Then, Version = 4 };
            property.SetValue(only, property.GetValue(changed));
            Assert.Contains(JsonNamingPolicy.SnakeCaseLower.ConvertName(field), Encoding.UTF8.GetString(EventNames.Payload(only)), StringComparison.Ordinal);
            AssertSame(only);
            Assert.False(only.IsEmpty);
        }
    }

    [Fact]
    public void All_fields_and_none_are_written_as_by_the_serializer()
    {
        AssertSame(Between(Before, After));
        AssertSame(Between(After, Before));
        AssertSame(Between(Before, Before));
        Assert.True(Between(Before, Before).IsEmpty);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ünïcode \"quoted\" <b> 😀")]
    public void A_change_of_status_is_written_as_by_the_serializer(string? error)
    {
        foreach (var (from, to) in Enum.GetValues<SessionStatus>().Zip(Enum.GetValues<SessionStatus>().Reverse()))
        {
            var moved = new SessionStatusChanged
            {
                SessionId = "a", Seq = 7, Time = Then, UpdatedAt = Then.AddHours(1), PreviousStatus = from, Status = to, Error = error,
            };
            Assert.Equal(
                JsonSerializer.Serialize(moved, ProtocolJson.Default.SessionStatusChanged), Encoding.UTF8.GetString(EventNames.Payload(moved)));
        }
    }

    private static SessionUpdated Between(SessionView before, SessionView after) =>
        SessionUpdated.Between(before, after, Then, seq: 12, version: 9);

    private static void AssertSame(SessionUpdated changed) => Assert.Equal(
        JsonSerializer.Serialize(changed, ProtocolJson.Default.SessionUpdated), Encoding.UTF8.GetString(EventNames.Payload(changed)));
}
