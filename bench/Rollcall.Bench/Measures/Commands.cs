using System.Diagnostics;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// Durable commands a second with nobody watching: in batches over one connection, beside a bare loop that writes the
/// same rows; and singly over many connections, beside an endpoint that only echoes, and one that stores as well. Every
/// command changes a status.
/// </summary>
internal static class Commands
{
    private const int Batch = 100;
    private const int Connections = 64;

    /// <summary>Each connection has its own, so that every command changes something.</summary>
    private const int Sessions = Batch * Connections;

    /// <summary>A change of status is told as two events.</summary>
    private const int EventsEach = 2;

    private static readonly (BareRows Rows, string Name)[] BareLoops =
    [
        (BareRows.Same, "bare loop, the same rows"), (BareRows.Events, "bare loop, events alone"), (BareRows.WithSessions, "bare loop, events and sessions"),
    ];

    /// <summary>An echo that is as durable as the hub, but decides, knows and tells nothing.</summary>
    private const string Storing = "echo that stores two rows";

    /// <summary>Until everything on the way has been compiled for good, which takes its time on a busy machine.</summary>
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(15);

    /// <summary>Until the hub has written the rows of sessions, which may be five seconds behind and which the bare loop writes as well.</summary>
    private static readonly TimeSpan RowsWritten = TimeSpan.FromSeconds(6);

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        foreach (var (name, folder) in new[] { ("memory", options.Memory), ("disk", options.Disk) })
        {
            outcome.Add(await Batches(options, name, folder));
            outcome.Add(await Singles(options, name, folder));
        }
    }

    private static async Task<Rounds> Batches(BenchOptions options, string name, string parent)
    {
        const string figure = "commands/s";
        var rounds = new Rounds($"commands: batches of {Batch} over one connection, data in {name}");
        for (var round = 0; round < options.Rounds; round++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}"));
            try
            {
                var commands = 0L;
                using (var server = await StartHub(folder))
                {
                    Prepare(server.Address);
                    byte[][] requests = [.. Enumerable.Range(0, 2 * Sessions / Batch).Select(number => BatchRequest(server.Address, number))];
                    using var rotation = new Rotation(server.Address, 1, requests);
                    rotation.Run(options.Smoke ? RowsWritten : Warmup);
                    var cpu = server.CpuSeconds;
                    var (asked, seconds) = rotation.Run(options.Round);
                    commands = asked * Batch;
                    rounds.Add(Roster.Hub, figure, "1/s", commands / seconds);
                    rounds.Add(Roster.Hub, "CPU per command", "µs", (server.CpuSeconds - cpu) / commands * 1e6);
                }

                var bare = new BareLoop(Path.Combine(folder.FullName, "rollcall.db"), (int)Math.Min(commands * EventsEach, 200_000));
                if (round == 0)
                {
                    // Compiled before it counts, as the hub is.
                    _ = bare.Run(folder.FullName, BareRows.Same, Batch, EventsEach);
                }

                foreach (var (rows, loop) in BareLoops)
                {
                    rounds.Add(loop, figure, "1/s", bare.Run(folder.FullName, rows, Batch, EventsEach));
                }
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        foreach (var (_, loop) in BareLoops)
        {
            rounds.Compare(Roster.Hub, loop, figure, 0.6);
        }

        return rounds;
    }

    private static async Task<Rounds> Singles(BenchOptions options, string name, string parent)
    {
        var rounds = new Rounds($"commands: singly from {Connections} connections, data in {name}");
        for (var round = 0; round < options.Rounds; round++)
        {
            // Each round has processes of its own: two starts of the same build differ by more than two rounds of one.
            var folder = Directory.CreateDirectory(Path.Combine(parent, $"rollcall-bench-{Guid.NewGuid():N}"));
            try
            {
                (string Name, Func<Task<ServerProcess>> Start)[] contenders =
                [
                    (Roster.Hub, () => StartHub(folder)), ("echo", () => StartEcho()), (Storing, () => StartEcho("--store", folder.FullName)),
                ];
                foreach (var (contender, start) in round % 2 == 0 ? contenders : contenders.Reverse())
                {
                    using var server = await start();
                    Round(options, rounds, contender, server);
                }
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        rounds.Compare(Roster.Hub, "echo", "requests/s", 0.5);
        rounds.Compare(Roster.Hub, Storing, "requests/s", 0.6);
        return rounds;
    }

    private static void Round(BenchOptions options, Rounds rounds, string contender, ServerProcess server)
    {
        if (contender == Roster.Hub)
        {
            Prepare(server.Address);
        }

        byte[][] requests = [.. Enumerable.Range(0, 2 * Sessions).Select(number => SingleRequest(server.Address, number))];
        using var rotation = new Rotation(server.Address, Connections, requests);
        rotation.Run(options.Smoke ? options.Round : Warmup);
        var (cpu, own) = (server.CpuSeconds, Environment.CpuUsage.TotalTime);
        var (asked, seconds) = rotation.Run(options.Round);
        rounds.Add(contender, "requests/s", "1/s", asked / seconds);
        rounds.Add(contender, "CPU per request", "µs", (server.CpuSeconds - cpu) / asked * 1e6);
        rounds.Add(contender, "load client's core in use", "%", (Environment.CpuUsage.TotalTime - own).TotalSeconds / seconds * 100);
    }

    private static Task<ServerProcess> StartHub(DirectoryInfo folder) =>
        HubContender.Launch(folder.FullName);

    private static Task<ServerProcess> StartEcho(params string[] more) =>
        ServerProcess.Start(new Launch("dotnet", address => [Builds.Echo, "--urls", $"{address}", .. more], "/readyz"), new Start(OneCore: false));

    private static void Prepare(Address server)
    {
        using var poller = new Poller();
        using var caller = new Caller(poller, server, answers: true);
        for (var first = 0; first < Sessions; first += Batch)
        {
            caller.Await(server.Request("POST", "/api/v1/commands", string.Join('\n', Enumerable.Range(first, Batch).Select(i =>
                $$"""{"type":"create","session_id":"bench-{{i}}","agent":"bench","project":"project-{{i % 10}}","host":"host-{{i % 5}}","cwd":"/srv/project-{{i % 10}}","status":"idle"}"""))));
        }
    }

    /// <summary>The first half of the requests sets every session to work, the second lets it rest.</summary>
    private static byte[] BatchRequest(Address server, int number) => server.Request("POST", "/api/v1/commands", string.Join('\n', Enumerable.Range(number * Batch, Batch).Select(i =>
        $$"""{"type":"status","session_id":"bench-{{i % Sessions}}","status":"{{(i < Sessions ? "active" : "idle")}}"}""")));

    private static byte[] SingleRequest(Address server, int number) => server.Request(
        "POST", $"/api/v1/sessions/bench-{number % Sessions}/status", number < Sessions ? """{"status":"active"}""" : """{"status":"idle"}""");

    /// <summary>
    /// Each connection asks as soon as it was answered; each goes through its own part of the requests, again and again, and
    /// goes on where it stopped: a command that is given twice would change nothing.
    /// </summary>
    private sealed class Rotation : IDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

        private readonly Poller _poller = new();
        private readonly Caller[] _callers;
        private readonly byte[][] _requests;
        private readonly int[] _next;
        private long _asked;
        private long _end;
        private int _running;

        public Rotation(Address server, int connections, byte[][] requests)
        {
            _requests = requests;
            _next = [.. Enumerable.Range(0, connections)];
            _callers = [.. _next.Select(_ => new Caller(_poller, server, answers: true))];
            for (var i = 0; i < connections; i++)
            {
                var connection = i;
                _callers[connection].Answered = at => Answered(connection, at);
            }
        }

        public (long Asked, double Seconds) Run(TimeSpan duration)
        {
            var began = Stopwatch.GetTimestamp();
            (_asked, _running, _end) = (0, _callers.Length, began + (long)(duration.TotalSeconds * Stopwatch.Frequency));
            for (var i = 0; i < _callers.Length; i++)
            {
                Send(i);
            }

            while (_running > 0)
            {
                _poller.Turn(100);
                if (Stopwatch.GetElapsedTime(began) > duration + Patience)
                {
                    throw new TimeoutException("not every command was answered");
                }
            }

            return (_asked, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        public void Dispose()
        {
            Array.ForEach(_callers, caller => caller.Dispose());
            _poller.Dispose();
        }

        private void Answered(int connection, long at)
        {
            _asked++;
            if (at < _end)
            {
                Send(connection);
            }
            else
            {
                _running--;
            }
        }

        private void Send(int connection)
        {
            var request = _requests[_next[connection]];
            _next[connection] = (_next[connection] + _callers.Length) % _requests.Length;
            _callers[connection].Send(request);
        }
    }
}
