using System.Text.Json;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Clients.Agentcmd;
using Rollcall.Server.Tests.Clients.Orc;

namespace Rollcall.Server.Tests.Clients;

/// <summary>What clients of other systems are told of an event is as of that event, however much of its batch is behind it.</summary>
public sealed class LivesInOneBatchTests : IAsyncLifetime
{
    private static readonly (Key Key, string Credential) Limited = Key.Make(Scopes.All, ["shop"], null, null, DateTimeOffset.UnixEpoch);
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: [Limited.Key]);
        await _hub.Hub.Submit(new CreateSession { SessionId = "a", Project = "shop" });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task Agentcmds_client_hears_what_was_reported_right_before_the_end()
    {
        using var socket = await AgentcmdClient.Open(_hub, Limited.Credential);
        await AgentcmdClient.Subscribe(socket, "a");

        await _hub.Hub.Submit([new ReportUsage { SessionId = "a", InputTokens = 7 }, Metadata("""{"result":"ok"}"""), new TerminateSession { SessionId = "a" }]);

        Assert.Equal(["""{"totalTokens":7}""", """{"result":"ok","totalTokens":7}"""], [await Next(), await Next()]);

        async Task<string> Next() => (await socket.Next()).Data("metadata")!;
    }

    [Fact]
    public async Task Agentcmds_client_hears_nothing_of_a_later_life_of_another_project()
    {
        using var socket = await AgentcmdClient.Open(_hub, Limited.Credential);
        await AgentcmdClient.Subscribe(socket, "a");

        await _hub.Hub.Submit(
        [
            Metadata("""{"of":"shop"}"""), new TerminateSession { SessionId = "a" },
            new CreateSession { SessionId = "a", Project = "bank", Revive = true }, Metadata("""{"of":"bank"}"""),
        ]);
        await _hub.Hub.Submit(
        [
            new TerminateSession { SessionId = "a" }, new CreateSession { SessionId = "a", Project = "shop", Revive = true }, Metadata("""{"of":"last"}"""),
        ]);

        var heard = await socket.UpTo(message => message.Data("metadata")?.Contains("last", StringComparison.Ordinal) == true);
        Assert.Equal(
            ["""{"of":"shop","totalTokens":0}""", "idle", """{"totalTokens":0}""", "working", """{"of":"last","totalTokens":0}"""],
            heard.Select(message => message.Data("metadata") ?? message.Data("state")));
    }

    [Fact]
    public async Task Orcs_client_hears_of_a_pause_right_before_the_end_and_of_none_in_a_later_life()
    {
        using var socket = await JsonSocket.Open(_hub, OrcClient.Address, Limited.Credential);
        Assert.Null(await OrcClient.Subscribe(socket, "a"));

        await _hub.Hub.Submit(
        [
            new PauseSession { SessionId = "a" }, new ChangeStatus { SessionId = "a", Status = SessionStatus.Idle }, new TerminateSession { SessionId = "a" },
            new CreateSession { SessionId = "a", Project = "bank", Revive = true }, new ResumeSession { SessionId = "a" },
        ]);
        await _hub.Hub.Submit(
        [
            new TerminateSession { SessionId = "a" }, new CreateSession { SessionId = "a", Project = "shop", Revive = true },
            new TerminateSession { SessionId = "a", Reason = TerminationReason.Crashed, Error = "gone" },
        ]);

        var heard = await socket.UpTo(message => Status(message) == "failed");
        Assert.Equal(["paused", "paused", "finalizing", "completed", "running", "finalizing", "failed"], heard.Select(Status).Where(status => status is not null));

        static string? Status(JsonElement message) => message.GetProperty("data").TryGetProperty("status", out var status) ? status.GetString() : null;
    }

    private static UpdateSession Metadata(string json) => new() { SessionId = "a", Metadata = JsonDocument.Parse(json).RootElement };
}
