using System.Globalization;

namespace Rollcall.Bench;

/// <summary>How much is measured.</summary>
internal sealed record BenchOptions
{
    /// <summary>Every measure, in the order of the report.</summary>
    public static readonly IReadOnlyList<string> All = ["fanout", "large", "tls", "clients", "paced", "latency", "stuck", "herd", "memory", "commands", "scale", "lists", "start"];

    public IReadOnlyList<string> Measures { get; private init; } = All;

    /// <summary>Interleaved rounds of each measure.</summary>
    public int Rounds { get; private init; } = 3;

    /// <summary>How long each round of a latency measures; the fan-out's rounds are shorter.</summary>
    public TimeSpan Round { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A fan-out has more rounds, each as much shorter: a machine with neighbours is quicker for some seconds and slower for
    /// others, and who is compared must have met both.
    /// </summary>
    public int FanoutRounds => Smoke ? Rounds : Rounds * 4;

    public TimeSpan FanoutRound => Round / 12;

    public int LatencyWatchers { get; private init; } = 100;

    public int CommandsPerSecond { get; private init; } = 200;

    public int FanoutWatchers { get; private init; } = 1000;

    public int LargeFanoutWatchers { get; private init; } = 5000;

    public int PacedPerSecond { get; private init; } = 100;

    public int StuckWatchers { get; private init; } = 100;

    public int HerdWatchers { get; private init; } = 5000;

    public int HerdSessions { get; private init; } = 1000;

    public int IdleConnections { get; private init; } = 10_000;

    /// <summary>Only these contenders, by their names in the tables; everybody when none is named.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <summary>Whether this only proves that the bench works; its figures mean nothing and are not kept.</summary>
    public bool Smoke { get; private init; }

    public bool Save { get; private init; } = true;

    /// <summary>The data directory that "disk" means.</summary>
    public string Disk { get; private init; } = Path.GetTempPath();

    /// <summary>The data directory that "memory" means.</summary>
    public string Memory { get; private init; } = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>Reads <c>[MEASURE|smoke]… [--rounds 3] [--seconds 5] [--disk DIR] [--only NAME]… [--no-save]</c>.</summary>
    /// <exception cref="FormatException">Something else was given.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        var measures = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--rounds" => options with { Rounds = int.Parse(arguments[++i], CultureInfo.InvariantCulture) },
                "--seconds" => options with { Round = TimeSpan.FromSeconds(double.Parse(arguments[++i], CultureInfo.InvariantCulture)) },
                "--disk" => options with { Disk = arguments[++i] },
                "--only" => options with { Only = [.. options.Only, arguments[++i]], Save = false },
                "--no-save" => options with { Save = false },
                "smoke" => Small(options),
                var measure when All.Contains(measure) => Add(measure),
                var unknown => throw new FormatException($"{unknown}: {string.Join(", ", All)}, smoke, --rounds, --seconds, --disk, --only and --no-save are known"),
            };
        }

        return measures.Count == 0 ? options : options with { Measures = measures };

        BenchOptions Add(string measure)
        {
            measures.Add(measure);
            return options;
        }
    }

    private static BenchOptions Small(BenchOptions options) => options with
    {
        Smoke = true,
        Save = false,
        Rounds = 1,
        Round = TimeSpan.FromMilliseconds(200),
        LatencyWatchers = 5,
        FanoutWatchers = 10,
        LargeFanoutWatchers = 20,
        StuckWatchers = 2,
        HerdWatchers = 20,
        HerdSessions = 10,
        IdleConnections = 20,
    };
}
