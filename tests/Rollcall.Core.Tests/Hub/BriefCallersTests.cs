using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>Who answers a caller that does next to nothing with it: the writer itself, where there is hardly a core for anybody else.</summary>
public sealed class BriefCallersTests
{
    [Theory]
    [InlineData(true, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    public async Task The_writer_answers_a_brief_caller_itself_where_there_are_few_cores(bool fewCores, bool isBrief, bool goesOn)
    {
        await using var fixture = await HubFixture.Start(new HubOptions { FewCores = fewCores });
        fixture.Log.HoldAppends();
        var giving = Give();
        fixture.Log.ReleaseAppends();
        Assert.Equal(goesOn, await giving);

        async Task<bool> Give()
        {
            Assert.IsType<Outcome.Accepted>(
                await fixture.Hub.Submit(new CreateSession { SessionId = "a" }, isBrief: isBrief).ConfigureAwait(false));
            Assert.True(fixture.Hub.View.Live.ContainsKey("a"));

            // Whoever stands in the writer's way is not answered.
            var next = fixture.Hub.Submit(new CreateSession { SessionId = "b" }).AsTask();
            return SpinWait.SpinUntil(() => next.IsCompleted, TimeSpan.FromSeconds(goesOn ? 30 : 0.1));
        }
    }
}
