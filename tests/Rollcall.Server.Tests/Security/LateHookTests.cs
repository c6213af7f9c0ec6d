using Rollcall.Core.Log;
using Rollcall.Core.Tests;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>A key limited to projects, and what its hooks say of sessions that have ended and that retention has removed since.</summary>
public sealed class LateHookTests
{
    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Limited = Key.Make(Scopes.All, ["shop"], null, null, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("own", 204)]
    [InlineData("theirs", 403)]
    [InlineData("nowhere", 403)]
    public async Task Nothing_comes_of_it_for_its_own_and_a_foreign_one_is_told_from_none_as_little_as_before(string session, int status)
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: clock, keys: [Whole.Key, Limited.Key]);
        foreach (var (id, project) in ((string, string)[])[("own", "shop"), ("theirs", "bank")])
        {
            await Hook(Whole.Credential, new { session_id = id, cwd = $"/src/{project}", hook_event_name = "SessionStart", source = "startup" });
            await Hook(Whole.Credential, new { session_id = id, hook_event_name = "SessionEnd" });
        }

        await hub.Log.Prune(new Retention(TimeSpan.Zero, TimeSpan.MaxValue, long.MaxValue), clock.Now.AddHours(1), TestContext.Current.CancellationToken);
        Assert.Equal(404, (await hub.Get("/api/v1/sessions/own", hub.Client(Whole.Credential))).Status);

        Assert.Equal(status, await Hook(Limited.Credential, new { session_id = session, hook_event_name = "Stop" }));

        async Task<int> Hook(string credential, object hook) =>
            (await hub.Post("/ingest/hooks/claude-code", hook, hub.Client(credential))).Status;
    }
}
