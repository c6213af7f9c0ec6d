using System.Globalization;

namespace Rollcall.Bench;

/// <summary>How much is measured; the defaults are those of the committed results.</summary>
internal sealed record BenchOptions
{
    private static readonly string[] All = ["latency", "fanout", "memory", "commands", "scale", "lists", "start"];

    public IReadOnlyList<string> Measures { get; private init; } = All;

    /// <summary>Interleaved rounds of each measure.</summary>
    public int Rounds { get; private init; } = 3;

    /// <summary>How long each round measures.</summary>
    public TimeSpan Round { get; private init; } = TimeSpan.FromSeconds(10);

    public int LatencyWatchers { get; private init; } = 100;

    public int CommandsPerSecond { get; private init; } = 200;

    public int FanoutWatchers { get; private init; } = 1000;

    public int IdleConnections { get; private init; } = 2000;

    /// <summary>Whether this only proves that the bench works; its figures mean nothing and are not kept.</summary>
    public bool Smoke { get; private init; }

    public bool Save { get; private init; } = true;

    /// <summary>The data directory that "disk" means.</summary>
    public string Disk { get; private init; } = Path.GetTempPath();

    /// <summary>The data directory that "memory" means.</summary>
    public string Memory { get; private init; } = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>Reads <c>[latency|fanout|…|smoke]… [--rounds 3] [--seconds 10] [--disk DIR] [--no-save]</c>.</summary>
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
                "--no-save" => options with { Save = false },
                "smoke" => Small(options),
                var measure when All.Contains(measure) => Add(measure),
                var unknown => throw new FormatException($"{unknown}: {string.Join(", ", All)}, smoke, --rounds, --seconds, --disk and --no-save are known"),
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
        IdleConnections = 20,
    };
}
