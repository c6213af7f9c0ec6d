using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;

namespace Rollcall.Core.Alerts;

/// <summary>From which value on something is wrong; null for never.</summary>
/// <param name="Warning">Look at it soon.</param>
/// <param name="Error">Look at it now.</param>
public sealed record AlertRule(double? Warning, double? Error)
{
    /// <summary>From which value on anything is told.</summary>
    [JsonIgnore]
    public double? Lowest => Warning ?? Error;

    /// <summary>How bad a value is, and the mark it passed; null when it is well.</summary>
    public (AlertLevel Level, double Threshold)? Judge(double value) =>
        Error is { } error && value >= error ? (AlertLevel.Error, error)
        : Warning is { } warning && value >= warning ? (AlertLevel.Warning, warning)
        : null;
}

/// <summary>The rule of each kind of alert. Immutable; the table of defaults stands in <c>docs/operating.md</c>.</summary>
public sealed class AlertRules
{
    private static readonly AlertKind[] Kinds = Enum.GetValues<AlertKind>();

    /// <summary>The rules of a new data directory.</summary>
    public static readonly AlertRules Default = new([.. Array.ConvertAll(Kinds, AlertKinds.Default)]);

    /// <summary>Each at its kind's place: a map by an enum would be compiled at every start.</summary>
    private readonly ImmutableArray<AlertRule> _byKind;

    private AlertRules(ImmutableArray<AlertRule> byKind) => _byKind = byKind;

    /// <summary>The rule of a kind.</summary>
    public AlertRule this[AlertKind kind] => _byKind[(int)kind];

    /// <summary>Each rule by its name on the wire.</summary>
    public IReadOnlyDictionary<string, AlertRule> ByName =>
        Kinds.ToDictionary(WireName<AlertKind>.Of, kind => this[kind]);

    /// <summary>The rules with those of a JSON object in place, or what is wrong with each field.</summary>
    /// <param name="patch">Such as <c>{"high_cpu": {"warning": 70, "error": null}}</c>; what it does not name stays, null switches off.</param>
    public Checked<AlertRules> Merge(JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return Checked<AlertRules>.Wrong("", "must be a JSON object of rules");
        }

        var (rules, problems) = (_byKind, new Dictionary<string, string>());
        foreach (var given in patch.EnumerateObject())
        {
            if (!WireName<AlertKind>.TryParse(given.Name, out var kind))
            {
                problems[given.Name] = $"is not a rule; the rules are {WireName<AlertKind>.List}";
            }
            else if (given.Value.ValueKind != JsonValueKind.Object)
            {
                problems[given.Name] = "must be an object with warning and error";
            }
            else
            {
                rules = rules.SetItem((int)kind, Merge(rules[(int)kind], kind, given, problems));
            }
        }

        return new Checked<AlertRules>(new AlertRules(rules), problems);
    }

    /// <summary>Their form in the log, which is also the one on the wire.</summary>
    public string ToJson() => JsonSerializer.Serialize(ByName, AlertJson.Default.IReadOnlyDictionaryStringAlertRule);

    private static AlertRule Merge(AlertRule rule, AlertKind kind, JsonProperty given, Dictionary<string, string> problems)
    {
        foreach (var field in given.Value.EnumerateObject())
        {
            var name = $"{given.Name}.{field.Name}";
            double? threshold = null;
            if (field.Name is not ("warning" or "error"))
            {
                problems[name] = "is unknown; a rule has warning and error";
            }
            else if (field.Value.ValueKind != JsonValueKind.Null && (field.Value.ValueKind != JsonValueKind.Number
                || !field.Value.TryGetDouble(out var number) || !(number >= 0 && number <= AlertKinds.Most(kind)) || (threshold = number) is null))
            {
                problems[name] = FormattableString.Invariant($"must be null or a number of {AlertKinds.Unit(kind)} from 0 to {AlertKinds.Most(kind)}");
            }
            else
            {
                rule = field.Name == "warning" ? rule with { Warning = threshold } : rule with { Error = threshold };
            }
        }

        if (rule is { Warning: { } warning, Error: { } error } && warning >= error)
        {
            problems[given.Name] = "warning must be less than error";
        }

        return rule;
    }
}

/// <summary>The JSON of alert rules.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyDictionary<string, AlertRule>))]
public sealed partial class AlertJson : JsonSerializerContext;
