namespace Rollcall.Server.Tests.Api;

/// <summary>Of what breaks several rules, every field is named with its own.</summary>
public sealed class FieldsAtFaultTests : IAsyncLifetime
{
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "a" });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("sessions", """{"id":"a b","status":"waiting","lease_seconds":0}""", "id,status,lease_seconds")]
    [InlineData("sessions/a%20b/output", "{}", "id,text")]
    [InlineData("sessions/a%20b/tasks", """{"task_id":".."}""", "id,task_id")]
    [InlineData("sessions/a%20b/messages", """{"images":5,"config":"c"}""", "text,images,config,id")]
    [InlineData("sessions/a/messages", """{"text":"x","images":{},"config":[]}""", "images,config")]
    [InlineData("tokens", """{"scopes":["x"],"projects":[],"lifetime_seconds":0}""", "scopes,projects,lifetime_seconds")]
    public async Task Every_one_is_named(string route, string body, string fields)
    {
        var answer = await _hub.Post($"/api/v1/{route}", body);

        Assert.Equal((400, "invalid_request", fields), (answer.Status, answer.Code, answer.Errors));
    }

    [Theory]
    [InlineData("sessions", """{"project":""}""", "project must not be empty; leave it out for none")]
    [InlineData("sessions/a/usage", """{"request_id":""}""", "request_id must not be empty; leave it out for none")]
    [InlineData("sessions/a/output", """{"text":""}""", "text is required")]
    public async Task An_empty_text_is_told_whether_it_may_be_left_out(string route, string body, string detail)
    {
        var answer = await _hub.Post($"/api/v1/{route}", body);

        Assert.Equal((400, detail), (answer.Status, answer["detail"]));
    }

    [Theory]
    [InlineData("""{"type":"message_complete","session_id":"a","usage":{"input_tokens":1e400}}""", "usage.input_tokens must be a whole number in plain digits, of at most 64 bits")]
    [InlineData("""{"type":"message_complete","session_id":"a","usage":{"cost_usd":"1"}}""", "usage.cost_usd must be a number")]
    [InlineData("""{"type":"message_complete","session_id":"a","usage":[]}""", "usage must be a JSON object")]
    [InlineData("""{"type":"message_complete","session_id":"a","cancelled":null}""", "cancelled must be true or false")]
    [InlineData("""{"type":"usage","session_id":"a","input_tokens":1e400}""", "input_tokens must be a whole number in plain digits, of at most 64 bits")]
    [InlineData("""{"type":null,"session_id":"a"}""", "type must be the name of a command")]
    [InlineData("""{"type":{},"session_id":"a"}""", "type must be the name of a command")]
    [InlineData("""{"type":"update","session_id":"a","metadata":[1]}""", "metadata must be a JSON object")]
    public async Task What_is_of_a_wrong_type_is_named_with_its_rule_also_inside_another(string command, string message)
    {
        var batch = await _hub.Post("/api/v1/commands", $"[{command}]");

        Assert.Equal(message, batch.Json[0].GetProperty("message").GetString());
    }

    [Fact]
    public async Task Of_a_batch_the_message_names_every_field_by_the_name_that_commands_have_for_it()
    {
        var batch = await _hub.Post("/api/v1/commands", """[{"type":"create","session_id":"a b","lease_seconds":0}]""");

        Assert.Equal(
            "session_id must be 1 to 128 of A-Z a-z 0-9 . _ : -; lease_seconds must be from 1 to 86400",
            batch.Json[0].GetProperty("message").GetString());
    }
}
