using System.Diagnostics;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>How long a page of <c>GET /sessions</c> takes over HTTP, one at a time, by what is asked: of many that have ended, and of many that live.</summary>
internal static class Lists
{
    private static readonly (string Name, string Query)[] Pages =
    [
        ("the default page", ""),
        ("status=all", "status=all"),
        ("status=terminated", "status=terminated"),
        ("status=waiting", "status=waiting"),
        ("state=error", "state=error"),
        ("a project", "project=project-7"),
        ("a project, status=all", "project=project-7&status=all"),
        ("an agent, status=all", "agent=codex&status=all"),
        ("a host, status=all", "host=host-3&status=all"),
        ("project, agent and host, status=all", "project=project-7&agent=opencode&host=host-7&status=all"),
        ("by creation", "order=created_at&status=all"),
        ("by name", "order=name&status=all"),
        ("by name, descending", "order=-name&status=all"),
        ("by status", "order=status&status=all"),
        ("an agent by creation, status=all", "agent=codex&order=-created_at&status=all"),
        ("10,000 skipped, live", "skip=10000"),
        ("10,000 skipped, status=all", "skip=10000&status=all"),
        ("10,000 skipped of an agent, status=all", "skip=10000&agent=codex&status=all"),
        ("10,000 skipped by name, status=all", "skip=10000&order=name&status=all"),
        ("by status, descending", "order=-status&status=all"),
        ("500,000 skipped, status=all", "skip=500000&status=all"),
        ("500,000 skipped by name, status=all", "skip=500000&order=name&status=all"),
        ("200 of a host by name, status=all", "limit=200&host=host-3&order=name&status=all"),
        ("search: one finds", "search=bench-0004711&status=all"),
        ("search: a hundred find", "search=ticket%2047110&status=all"),
        ("search: thousands find", "search=project-77&status=all"),
        ("search: 1 in 11 find, live", "search=SCHEDULER"),
        ("search: 1 in 11 find, status=all", "search=scheduler&status=all"),
        ("search: 1 in 11 find, by name, status=all", "search=scheduler&order=name&status=all"),
        ("search: all find, status=all", "search=ticket&status=all"),
        ("search: one character, status=all", "search=7&status=all"),
        ("search: two characters, live", "search=47"),
        ("search: nothing finds", "search=no%20such%20text&status=all"),
        ("search: another number each time", "search=ticket%20{number}&status=all"),
        ("search: another character each time", "search={letter}&status=all"),
    ];

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        var many = options.Smoke ? 3_000 : 1_000_000;
        var some = options.Smoke ? 300 : 10_000;
        outcome.Add(await Measure(options, some, many, $"lists: {many:#,0} ended sessions, {some:#,0} live"));
        outcome.Add(await Measure(options, many, some, $"lists: {many:#,0} live sessions, {some:#,0} ended"));
    }

    private static async Task<Rounds> Measure(BenchOptions options, int live, int ended, string measure)
    {
        using var stock = await Stock.Make(options.Memory, live, ended, 1);
        using var server = await HubContender.Launch(stock.Folder);
        using var poller = new Poller();
        using var caller = new Caller(poller, server.Address, answers: true);
        var rounds = new Rounds(measure);
        for (var round = -1; round < options.Rounds; round++)
        {
            foreach (var (name, query) in Pages)
            {
                var took = new Percentiles();
                for (var i = 0; i < (options.Smoke ? 3 : 100) && (i < 3 || took.Sum < 1500); i++)
                {
                    var asked = query.Replace("{number}", $"{i}", StringComparison.Ordinal).Replace("{letter}", $"{(char)('a' + (i % 26))}", StringComparison.Ordinal);
                    var request = server.Address.Request("GET", $"/api/v1/sessions?{asked}");
                    var began = Stopwatch.GetTimestamp();
                    caller.Await(request);
                    took.Add(Stopwatch.GetElapsedTime(began));
                }

                if (round >= 0)
                {
                    rounds.Add("Rollcall", $"{name}, p50", "ms", took.At(0.5));
                    rounds.Add("Rollcall", $"{name}, p99", "ms", took.At(0.99));
                }
            }
        }

        foreach (var (name, _) in Pages)
        {
            rounds.Hold("Rollcall", $"{name}, p99", 10);
        }

        return rounds;
    }
}
