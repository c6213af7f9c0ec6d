using Rollcall.Core.Fleet;

namespace Rollcall.Core.Fanout;

/// <summary>As of when a state is.</summary>
/// <param name="View">The fleet by then.</param>
/// <param name="Order">What was published last by then.</param>
/// <param name="At">By the hub's clock.</param>
internal sealed record Moment(FleetView View, long Order, DateTimeOffset At);
