using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Describe;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Security;

namespace Rollcall.Server.Tests.Api;

/// <summary>The descriptions of the API and of the socket say what is there, all of it.</summary>
public sealed partial class DescriptionTests
{
    [Fact]
    public async Task Every_route_of_the_api_is_in_openapi()
    {
        await using var hub = await TestHub.Start();

        var paths = (await hub.Get("/openapi/v1.json")).Json.GetProperty("paths");

        foreach (var (method, pattern) in AccessWalk.Mapped(hub.App).Where(route => route.Pattern.StartsWith(Wire.ApiPrefix, StringComparison.Ordinal)))
        {
            Assert.True(paths.TryGetProperty(pattern, out var path), pattern);
            Assert.True(path.TryGetProperty(method.ToLowerInvariant(), out _), $"{method} {pattern}");
        }
    }

    [Fact]
    public async Task The_schemas_are_real()
    {
        await using var hub = await TestHub.Start();

        var schemas = (await hub.Get("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas");

        Assert.Equal(
            WireName<SessionStatus>.All,
            schemas.GetProperty("SessionStatus").GetProperty("enum").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal("date-time", schemas.GetProperty("SessionView").GetProperty("properties").GetProperty("created_at").GetProperty("format").GetString());
    }

    [Theory]
    [InlineData("ChangeStatus", "status")]
    [InlineData("AppendOutput", "text")]
    [InlineData("MessageForOwner", "text")]
    public async Task What_a_request_cannot_do_without_is_required(string schema, string field)
    {
        await using var hub = await TestHub.Start();

        var schemas = (await hub.Get("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas");

        Assert.Equal([field], schemas.GetProperty(schema).GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Theory]
    [InlineData("AgentcmdSession", "name,error_message")]
    [InlineData("AgentcmdProject", "sessions")]
    [InlineData("ProblemBody", "errors")]
    public async Task What_is_left_out_where_it_is_null_is_not_required(string schema, string fields)
    {
        await using var hub = await TestHub.Start();

        var described = (await hub.Get("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas").GetProperty(schema);

        var required = described.GetProperty("required").EnumerateArray().Select(name => name.GetString()).ToList();
        Assert.NotEmpty(required);
        Assert.All(fields.Split(','), field => Assert.True(described.GetProperty("properties").TryGetProperty(field, out _), field));
        Assert.Empty(required.Intersect(fields.Split(',')));
    }

    [Fact]
    public async Task The_words_of_openapi_are_those_of_the_wire()
    {
        await using var hub = await TestHub.Start();

        var text = (await hub.Get("/openapi/v1.json")).Text;

        Assert.Empty(NameInCode().Matches(text).Select(match => match.Value));
    }

    [Fact]
    public void Every_event_and_push_is_in_asyncapi_on_its_topics()
    {
        var document = AsyncApi.Make();
        var messages = document["components"]!["messages"]!.AsObject();
        var channels = document["channels"]!.AsObject();

        Assert.All(EventNames.All, name => Assert.True(messages.ContainsKey(name), name));
        var told = channels.ToDictionary(channel => (string)channel.Value!["address"]!, channel => channel.Value!["messages"]!.AsObject());
        Assert.All(EventNames.All, name => Assert.All(
            Topic.OfAny(name, "{id}", "{name}"), topic => Assert.True(told[topic].ContainsKey(name), $"{name} on {topic}")));
        Assert.All(AccessTable.Pushes, push => Assert.True(channels["session"]!["messages"]!.AsObject().ContainsKey("push_" + push.Name), push.Name));
        Assert.Equal("date-time", (string?)messages["session_status"]!["payload"]!["properties"]!["updated_at"]!["format"]);
    }

    [Fact]
    public async Task The_figures_are_prometheus_text()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });

        var text = (await hub.Get("/metrics")).Text;

        Assert.Matches(new Regex("^rollcall_commands_total\\{outcome=\"accepted\"\\} 1$", RegexOptions.Multiline), text);
        Assert.Matches(new Regex("^rollcall_events_head 2$", RegexOptions.Multiline), text);
        Assert.Equal("ok", (await hub.Get("/healthz"))["status"]);
        Assert.Equal("ok", (await hub.Get("/readyz"))["status"]);
    }

    [Fact]
    public async Task A_hub_whose_log_takes_no_writes_is_not_ready_though_it_was_a_moment_ago()
    {
        await using var hub = await TestHub.Start();
        Assert.Equal(200, (await hub.Get("/readyz")).Status);
        using (var other = new SqliteConnection($"Data Source={Path.Combine(hub.Data, "rollcall.db")};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction();
            await Hearing.Eventually(async () => (await hub.Get("/readyz")).Status == 503);
        }

        await Hearing.Eventually(async () => (await hub.Get("/readyz")).Status == 200);
    }

    [Fact]
    public async Task A_hub_is_not_ready_as_soon_as_a_batch_has_failed()
    {
        await using var hub = await TestHub.Start(time: new TestClock());
        Assert.Equal(200, (await hub.Get("/readyz")).Status);
        using var other = new SqliteConnection($"Data Source={Path.Combine(hub.Data, "rollcall.db")};Pooling=False");
        other.Open();
        using (other.BeginTransaction())
        {
            Assert.Equal(503, (await hub.Post("/api/v1/sessions", new { id = "a" })).Status);
            Assert.Equal(503, (await hub.Get("/readyz")).Status);
        }
    }

    /// <summary>The disk is asked, but nobody keeps it busy by asking.</summary>
    [Fact]
    public async Task Asking_whether_it_is_ready_writes_to_the_log_once_a_second()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        using var other = new SqliteConnection($"Data Source={Path.Combine(hub.Data, "rollcall.db")};Mode=ReadOnly;Pooling=False");
        other.Open();
        using var changed = other.CreateCommand();
        changed.CommandText = "PRAGMA data_version";

        Assert.True(await Writes());
        Assert.False(await Writes());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await Writes());

        async Task<bool> Writes()
        {
            var before = changed.ExecuteScalar();
            Assert.Equal(200, (await hub.Get("/readyz")).Status);
            return !Equals(changed.ExecuteScalar(), before);
        }
    }

    [Fact]
    public async Task Asking_whether_it_is_ready_is_nobodys_command_and_no_error()
    {
        await using var hub = await TestHub.Start();

        await hub.Get("/readyz");

        Assert.Equal((0L, 0L), hub.Hub.Commands.Total);
    }

    /// <summary><c>See string? SessionView.Name.</c></summary>
    [GeneratedRegex("See [^\"]*[A-Za-z]+\\.[A-Z][A-Za-z]+")]
    private static partial Regex NameInCode();
}
