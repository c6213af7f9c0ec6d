using System.Collections;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Contenders;

/// <summary>The contenders of one measure, all running; those that cannot be measured here are told of and left out.</summary>
internal sealed class Field : IReadOnlyList<Contender>, IDisposable
{
    private readonly List<Contender> _contenders = [];

    public int Count => _contenders.Count;

    public Contender this[int index] => _contenders[index];

    public static async Task<Field> Start(IEnumerable<string> names, BenchOptions options, Start start, Outcome outcome)
    {
        var field = new Field();
        try
        {
            foreach (var name in names.Where(name => options.Only.Count == 0 || options.Only.Contains(name)))
            {
                try
                {
                    field._contenders.Add(await Roster.Start(name, options, start));
                }
                catch (NotMeasuredException missing)
                {
                    outcome.Miss(name, $"install {missing.Message}");
                }
            }

            return field;
        }
        catch
        {
            field.Dispose();
            throw;
        }
    }

    public IEnumerator<Contender> GetEnumerator() => _contenders.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var contender in _contenders)
        {
            contender.Dispose();
        }
    }
}
