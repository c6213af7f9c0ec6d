using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>Who is told of each batch behind it being durable.</summary>
public sealed class AppliedTests
{
    [Fact]
    public async Task One_who_fails_keeps_nothing_from_the_others_and_from_the_owner()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var (heard, words, failures) = (new List<HubEvent>(), new List<string>(), new List<Exception>());
        await fixture.Hub.Own("a", new Owner((word, _) => { words.Add(word); return true; }, () => { }));
        fixture.Hub.LogFailed += failures.Add;
        fixture.Hub.Applied += (_, _) => throw new InvalidOperationException("a bug");
        fixture.Hub.Applied += (events, _) => heard.AddRange(events);

        await fixture.Do(new PauseSession { SessionId = "a" });
        await fixture.Settle();

        Assert.IsType<SessionUpdated>(Assert.Single(heard));
        Assert.Equal(["pause"], words);
        Assert.Equal("a bug", Assert.Single(failures).Message);
    }
}
