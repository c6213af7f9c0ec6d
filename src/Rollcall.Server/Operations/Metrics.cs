using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Operations;

/// <summary>The hub's own figures in Prometheus' text format 0.0.4. Safe from any thread.</summary>
public sealed class Metrics(SessionHub hub, Fanout fanout, ILog log)
{
    private static readonly string[] Statuses = [.. WireName<SessionStatus>.All.Where(name => name != "terminated")];

    /// <summary>Maps <c>/metrics</c>.</summary>
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/metrics", (Metrics metrics) => TypedResults.Text(metrics.Write(), "text/plain; version=0.0.4; charset=utf-8")).ExcludeFromDescription();

    private string Write()
    {
        var text = new StringBuilder();
        var (answered, refused) = hub.Commands.Total;
        Family(text, "rollcall_commands_total", "counter", "Commands answered.", ("{outcome=\"accepted\"}", answered - refused), ("{outcome=\"refused\"}", refused));
        Family(text, "rollcall_queue_waiting", "gauge", "Requests that wait for the writer.", ("", hub.Waiting));
        Family(text, "rollcall_connections", "gauge", "Sockets and streams that are open.", ("", fanout.OutletCount));
        Family(text, "rollcall_writes_total", "counter", "Writes to sockets and streams, each with whatever had gathered.", ("", fanout.Writes));
        Family(text, "rollcall_events_head", "counter", "The sequence number of the last durable event.", ("", log.Head));
        Family(text, "rollcall_events_pruned_to", "gauge", "Up to here events of ended sessions may be missing.", ("", log.PrunedTo));
        Family(text, "rollcall_snapshot_encodings_total", "counter", "Snapshots that were encoded.", ("", fanout.SnapshotEncodings));
        var counts = hub.View.CountsByName();
        Family(text, "rollcall_sessions", "gauge", "Live sessions by status.", [.. Statuses.Select(status => ($"{{status=\"{status}\"}}", counts[status]))]);
        Family(text, "rollcall_tasks_running", "gauge", "Tasks that run.", ("", hub.View.State.Period.TasksRunning));
        Family(text, "rollcall_allocated_bytes_total", "counter", "Managed memory that was allocated, in bytes.", ("", GC.GetTotalAllocatedBytes()));
        return text.ToString();
    }

    private static void Family(StringBuilder text, string name, string type, string help, params ReadOnlySpan<(string Labels, long Value)> samples)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var (labels, value) in samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
        }
    }
}
