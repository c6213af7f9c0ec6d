using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

public sealed class FleetStateTests
{
    [Fact]
    public void What_is_stored_is_the_state_as_it_is_and_is_written_anew_only_where_it_changed()
    {
        var state = FleetState.Begin(DateTimeOffset.UnixEpoch);
        HubEvent[] happened =
        [
            Alert("a"), new FleetPaused(), Alert("b"), new AlertAcknowledged { Id = "a", By = "me" },
            new FleetResumed(), new AlertResolved { Id = "a" }, Alert("c"), new AlertResolved { Id = "b" },
        ];
        foreach (var one in happened)
        {
            foreach (var next in new[] { state.Apply(one), state with { Period = state.Period with { InputTokens = 7 } }, state with { OpenAlerts = [] } })
            {
                Assert.Equal(Plain(next), next.ToJson());
                Assert.Equal(Plain(next), FleetState.FromJson(next.ToJson()).ToJson());
            }

            state = state.Apply(one);
            Assert.Same(state.ToJson(), state.ToJson());
            Assert.Same(state.ToJson(), (state with { }).ToJson());
        }

        Assert.Single(state.OpenAlerts);
    }

    private static SystemAlert Alert(string id) => new() { Id = id, Alerts = [new Alert { Type = "session_failing", Message = "größer als \"nötig\"", Subject = id }] };

    /// <summary>As it would be written whole.</summary>
    private static string Plain(FleetState state) => JsonSerializer.Serialize(state, FleetJson.Default.FleetState);
}
