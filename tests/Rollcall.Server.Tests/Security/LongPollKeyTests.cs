using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>A long poll hears nothing more once the key or token that it showed has ended.</summary>
public sealed class LongPollKeyTests
{
    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Spare = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_long_poll_of_a_revoked_key_hears_nothing_more(bool somethingHappens)
    {
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: [Whole.Key, Spare.Key]);
        var spare = hub.Client(Spare.Credential);
        Assert.Equal(201, (await hub.Post("/api/v1/sessions", new { id = "a" }, spare)).Status);
        var waiting = hub.Get($"/api/v1/events?after={hub.Log.Head}&wait=60", hub.Client(Whole.Credential));
        await Whereabouts.Pause();

        KeyFile.Change(hub.Data, keys => [.. keys.Select(key => key.Id == Whole.Key.Id ? key with { RevokedAt = DateTimeOffset.UnixEpoch } : key)]);
        if (somethingHappens)
        {
            Assert.Equal(200, (await hub.Post("/api/v1/sessions/a/output", new { text = "secret" }, spare)).Status);
        }

        var answer = await waiting;
        Assert.Equal((401, "unauthenticated"), (answer.Status, answer.Code));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    /// <summary>Not when its time is over: the clock stands but for moments, in which the hub looks at the keys.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_poll_ends_with_the_key_or_token_that_it_showed(bool byToken)
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: clock, keys: [Whole.Key, Spare.Key]);
        var shown = Whole.Credential;
        if (byToken)
        {
            shown = (await hub.Post("/api/v1/tokens", new { lifetime_seconds = 1 }, hub.Client(Whole.Credential)))["token"]!;
        }

        var waiting = hub.Get($"/api/v1/events?after={hub.Log.Head}&wait=60", hub.Client(shown));
        await Whereabouts.Pause();
        Assert.False(waiting.IsCompleted);

        if (!byToken)
        {
            KeyFile.Change(hub.Data, keys => [.. keys.Where(key => key.Id != Whole.Key.Id)]);
        }

        // Once, as a rule; more often where the hub had not come to where it waits. Never the whole minute.
        for (var advanced = 0; advanced < 20 && !waiting.IsCompleted; advanced++)
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal((401, "unauthenticated"), (answer.Status, answer.Code));
    }

    /// <summary>What happens comes before the hub looks at the keys by itself, for which its clock would have to go on.</summary>
    [Fact]
    public async Task A_long_poll_is_not_told_what_happens_right_behind_the_end_of_its_key()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: new TestClock(), keys: [Whole.Key, Spare.Key]);
        Assert.Equal(201, (await hub.Post("/api/v1/sessions", new { id = "a" }, hub.Client(Spare.Credential))).Status);
        var waiting = hub.Get($"/api/v1/events?after={hub.Log.Head}&wait=60", hub.Client(Whole.Credential));
        await Whereabouts.Pause();

        KeyFile.Change(hub.Data, keys => [.. keys.Where(key => key.Id != Whole.Key.Id)]);
        await hub.Hub.Submit(new AppendOutput { SessionId = "a", Text = "secret" });

        var answer = await waiting.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal((401, "unauthenticated"), (answer.Status, answer.Code));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }
}
