using System.Globalization;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>
/// Random conversations: whatever the bytes and however they are cut, the parser gives the same messages and the same
/// end, none too long, and throws nothing but a violation. <c>make fuzz</c> does it for ten minutes.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int FixedSeed = 6455;
    private const int FixedInputs = 4_000;

    [Fact]
    public void However_the_bytes_are_cut_the_parser_reads_the_same()
    {
        var seconds = Setting("ROLLCALL_FUZZ_SECONDS") ?? 0;
        var first = Setting("ROLLCALL_FUZZ_SEED") ?? FixedSeed;
        var (clock, begin) = (TimeProvider.System, TimeProvider.System.GetTimestamp());
        var ends = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var inputs = 0;
        for (; seconds == 0 ? inputs < FixedInputs : clock.GetElapsedTime(begin).TotalSeconds < seconds; inputs++)
        {
            var seed = unchecked(first + inputs);
            var fuzz = new Fuzz(seed);
            var input = fuzz.Input();
            foreach (var inflates in new[] { false, true })
            {
                var whole = Play(seed, input, inflates, () => int.MaxValue);
                Assert.True(whole.SequenceEqual(Play(seed, input, inflates, fuzz.Piece)), $"seed {seed} reads differently in pieces");
                Assert.True(whole.SequenceEqual(Play(seed, input, inflates, () => 1)), $"seed {seed} reads differently byte by byte");
                var end = whole.LastOrDefault(word => word.StartsWith("violation", StringComparison.Ordinal)) ?? "no violation";
                ends[end] = ends.GetValueOrDefault(end) + 1;
            }
        }

        output.WriteLine($"{inputs} inputs from seed {first}: {string.Join(", ", ends.Select(end => $"{end.Key} {end.Value}"))}");
        Assert.Superset(new HashSet<string> { "no violation", "violation 1002", "violation 1007", "violation 1009" }, ends.Keys.ToHashSet());
    }

    private static List<string> Play(int seed, byte[] input, bool inflates, Func<int> next)
    {
        try
        {
            return Fuzz.Read(input, inflates, next);
        }
        catch (Exception found)
        {
            throw new InvalidOperationException($"seed {seed}", found);
        }
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
}
