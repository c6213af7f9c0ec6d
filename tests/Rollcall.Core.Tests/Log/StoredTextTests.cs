using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Rollcall.Core.Log;
using Rollcall.Core.Log.Lists;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>What is read of a session's stored JSON without a serializer is what was written with one.</summary>
public sealed class StoredTextTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    private static readonly Session Full = new(new SessionView
    {
        Id = "a:1",
        Name = "Fix \"the\" \\ parser\n\u0001 of 😀",
        Agent = "codex",
        Project = "hub",
        Host = "möwe",
        Cwd = "/srv/hub",
        Model = "m-1",
        Status = SessionStatus.Waiting,
        State = SessionState.Idle,
        WaitingFor = WaitingFor.Permission,
        WaitingSince = Noon,
        WaitingText = "May I?",
        ErrorMessage = "no",
        IsPaused = true,
        Stale = true,
        TasksRunning = 2,
        Usage = new Usage { InputTokens = long.MaxValue / 4, CacheReadTokens = 2, CacheWriteTokens = 3, OutputTokens = 4, CostUsd = 0.000001m, CostSource = CostSource.Reported },
        Metadata = Metadata.From(JsonDocument.Parse("""{"a":{"b":[1,null,"x"]},"ü":true}""").RootElement),
        CreatedAt = Noon.AddSeconds(1),
        UpdatedAt = Noon.AddSeconds(2),
        LastSeenAt = Noon.AddSeconds(3),
        EndedAt = Noon.AddSeconds(4),
        Version = 5,
        Seq = 6,
    })
    {
        Tasks = ImmutableDictionary<string, RunningTask>.Empty
            .Add("t-1", new RunningTask("t-1", null, Noon)).Add("t-2", new RunningTask("t-2", "Look \"around\"", Noon.AddDays(1))),
        EndedTasks = ["t-3", "t-0"],
        OutputCount = 7,
        Crashed = true,
    };

    [Fact]
    public void Every_field_that_is_written_is_read()
    {
        // A field that a new version adds to a session must be given a value here, and be read.
        DiffersThroughout(Full.View, new SessionView { Id = "" });
        DiffersThroughout(Full.View.Usage, Usage.None);
        DiffersThroughout(Full, new Session(new SessionView { Id = "" }));
        DiffersThroughout(Full.Tasks["t-2"], new RunningTask("", null, default));

        SqliteLogTests.Same(Full, StoredText.Session(StoredSession.View(Full), StoredSession.Rest(Full)));
        Assert.Equal(Listed.Of(Full.View), StoredText.Listed(StoredSession.View(Full)));
    }

    [Fact]
    public void What_is_not_known_is_read_as_such()
    {
        var empty = new Session(new SessionView { Id = "a", CreatedAt = Noon, UpdatedAt = Noon, LastSeenAt = Noon, Version = 1, Seq = 1 });

        SqliteLogTests.Same(empty, StoredText.Session(StoredSession.View(empty), StoredSession.Rest(empty)));
    }

    [Fact]
    public void Fields_that_are_missing_have_their_defaults_and_unknown_ones_are_passed_over()
    {
        var read = StoredText.Session(
            Encoding.UTF8.GetBytes($$"""{"new":{"id":["x",{"id":"y"}]},"id":"a","{{new string('n', 200)}}":[[1],2],"usage":{"new":{},"output_tokens":3},"seq":2}"""),
            """{"new":[{"tasks":[]}],"tasks":[{"new":[1],"task_id":"t"}]}"""u8);

        Assert.Equal(new SessionView { Id = "a", Usage = new Usage { OutputTokens = 3 }, Seq = 2 }, read.View);
        Assert.Equal(new RunningTask("t", null, default), Assert.Single(read.Tasks).Value);
        Assert.Empty(read.EndedTasks);
    }

    /// <summary>Half of it would be lost, its version among that, which would be given again.</summary>
    [Theory]
    [InlineData("""{"id":"a","status":"asleep"}""")]
    [InlineData("""{"id":"a","status":null}""")]
    [InlineData("""{"id":"a","usage":null,"version":8}""")]
    [InlineData("""{"id":"a","usage":5,"version":8}""")]
    [InlineData("""{"id":"a","usage":[{"input_tokens":1}],"version":8}""")]
    [InlineData("""{"id":"a","metadata":null}""")]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"id":"a","version":8""")]
    [InlineData("""["a"]""")]
    [InlineData("null")]
    [InlineData("")]
    public void A_view_of_another_shape_is_an_error(string view) =>
        Assert.ThrowsAny<JsonException>(() => StoredText.View(Encoding.UTF8.GetBytes(view)));

    [Theory]
    [InlineData("""{"tasks":{},"output_count":7}""")]
    [InlineData("""{"tasks":[null],"output_count":7}""")]
    [InlineData("""{"tasks":[["t"]],"output_count":7}""")]
    [InlineData("""{"tasks":[{"name":"t"}],"output_count":7}""")]
    [InlineData("""{"ended_tasks":["a",null],"output_count":7}""")]
    [InlineData("null")]
    public void What_is_beside_a_view_in_another_shape_is_an_error(string rest) =>
        Assert.ThrowsAny<JsonException>(() => StoredText.Session("""{"id":"a"}"""u8, Encoding.UTF8.GetBytes(rest)));

    private static void DiffersThroughout<T>(T full, T empty)
    {
        foreach (var property in typeof(T).GetProperties().Where(property => property.CanWrite))
        {
            Assert.False(Equals(property.GetValue(full), property.GetValue(empty)), property.Name);
        }
    }
}
