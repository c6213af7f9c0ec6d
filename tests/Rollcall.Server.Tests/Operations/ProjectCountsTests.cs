using System.Text.Json;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Operations;

/// <summary>Who watches a project is told how many sessions it has, and who watches all, how many there are.</summary>
public sealed class ProjectCountsTests : IAsyncLifetime
{
    private static readonly (Key Key, string Credential) All = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Shop = Key.Make(Scopes.All, ["shop"], null, null, DateTimeOffset.UnixEpoch);

    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: [All.Key, Shop.Key]);
        using var first = await RawSocket.Open(_hub, All.Credential);
        await first.Join("sessions");
        await Begin("other", "elsewhere");

        // On a busy machine it would else be told of after a test has begun.
        Assert.Equal(1, (await Next(first)).Told.GetProperty("current_count").GetInt32());
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_project_is_told_of_itself_also_to_a_key_of_it_alone(bool limited)
    {
        using var project = await RawSocket.Open(_hub, limited ? Shop.Credential : All.Credential);
        Assert.Equal("[]", Counts(await project.Join("project:shop")));
        using var sessions = await RawSocket.Open(_hub, All.Credential);
        await sessions.Join("sessions");
        await Begin("a", "shop");

        var (topic, told) = await Next(project);
        Assert.Equal(("project:shop", 0, 1, "rollcall"), (topic, told.GetProperty("previous_count").GetInt32(), told.GetProperty("current_count").GetInt32(), told.GetProperty("source").GetString()));
        (topic, told) = await Next(sessions);
        Assert.Equal("sessions", topic);
        Assert.Equal(2, told.GetProperty("current_count").GetInt32());

        await Begin("b", "shop");
        Assert.Equal(2, (await Next(project)).Told.GetProperty("current_count").GetInt32());
        using var later = await RawSocket.Open(_hub, limited ? Shop.Credential : All.Credential);
        var counts = JsonElement.Parse(Counts(await later.Join("project:shop")));
        Assert.Equal([2, 1], counts.EnumerateArray().Select(count => count.GetProperty("current_count").GetInt32()));
    }

    [Fact]
    public async Task Who_watches_everything_is_told_of_all_sessions_only()
    {
        using var socket = await RawSocket.Open(_hub, All.Credential);
        await socket.Join("*", new { events = new[] { "session_event" } });
        await Begin("a", "shop");
        Assert.Equal(2, (await Next(socket)).Told.GetProperty("current_count").GetInt32());
        await Begin("b", "shop");
        Assert.Equal(3, (await Next(socket)).Told.GetProperty("current_count").GetInt32());
    }

    private async Task Begin(string id, string project) =>
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id, project }, _hub.Client(All.Credential))).Status);

    private static string Counts(JsonElement reply) => reply.GetProperty("response").GetProperty("snapshot").GetProperty("session_events").GetRawText();

    private static async Task<(string? Topic, JsonElement Told)> Next(RawSocket socket)
    {
        while (await socket.Next() is { } text)
        {
            using var frame = JsonDocument.Parse(text);
            if (frame.RootElement[3].ValueEquals("session_event"))
            {
                return (frame.RootElement[2].GetString(), frame.RootElement[4].Clone());
            }
        }

        throw new EndOfStreamException();
    }
}
