using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Core.Alerts;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Operations;

namespace Rollcall.Server.Tests.Protocol;

/// <summary>The wire's records as TypeScript, so that the client cannot read what the hub does not write.</summary>
internal static class TypeScript
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Types that stand by themselves, because several payloads hold them.</summary>
    private static readonly Type[] Views = [typeof(Usage), typeof(SessionView), typeof(RunningTask), typeof(SessionCounts), typeof(Alert)];

    /// <summary>What the HTTP API answers.</summary>
    private static readonly Type[] Answers =
    [
        typeof(SessionList), typeof(SessionCountAnswer), typeof(CommandAnswer), typeof(Told), typeof(SessionOwner), typeof(BatchItem), typeof(EventPage),
        typeof(FleetAnswer), typeof(FleetThen), typeof(AlertView), typeof(AlertsAnswer), typeof(AlertRule), typeof(HostFigures),
        typeof(ContainerFigures), typeof(Host), typeof(HostsAnswer), typeof(PartState), typeof(DetectorSource), typeof(DetectorAnswer),
        typeof(TokenAnswer), typeof(ProblemBody),
    ];

    private static readonly Type[] Words =
    [
        typeof(SessionStatus), typeof(SessionState), typeof(WaitingFor), typeof(CostSource), typeof(TerminationReason), typeof(TaskOutcome),
        typeof(OutputStream), typeof(AlertLevel), typeof(AlertKind), typeof(HostStatus),
    ];

    /// <summary>What a record's own type does not say.</summary>
    private static readonly Dictionary<string, string> Narrower = new()
    {
        ["SessionCountChanged.EventType"] = "'session_created' | 'session_destroyed'",
        ["RealtimeUpdate.Containers"] = "ContainerFigures[] | { error: string }",
        ["RealtimeUpdate.Sessions"] = "SessionCounts | { error: string }",
        ["EventPage.Events"] = "unknown[]",
        ["AlertView.Status"] = "'open' | 'resolved'",
    };

    public static string Generate()
    {
        var text = new StringBuilder("""
            // Made from the records of src/Rollcall.Protocol, all in one file because nobody edits it. To make it anew:
            // ROLLCALL_GOLDEN=write dotnet run --project tests/Rollcall.Server.Tests -- --filter-class '*GoldenTests'


            """.ReplaceLineEndings("\n"));
        foreach (var words in Words)
        {
            text.Append(CultureInfo.InvariantCulture, $"export type {words.Name} = {Union(words)};\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"export type FlagName = {Union(Flags.Names)};\n");
        foreach (var view in Views.Concat(Answers))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nexport interface {view.Name} {{\n{Fields(view, "  ")}}}\n");
        }

        text.Append("\n/** Every event's payload by the event's name. */\nexport interface EventPayloads {\n");
        foreach (var type in EventNames.Types.Where(type => Fields(type, "").Length > 0))
        {
            var sample = SampleEvents.All.First(pair => pair.Happened.GetType() == type).Happened.EventName;
            text.Append(CultureInfo.InvariantCulture, $"  {sample}: {{\n{Fields(type, "    ")}  }};\n");
        }

        text.Append("}\n\n/** The events that each topic tells. */\nexport interface TopicEvents {\n");
        foreach (var topic in EventNames.All.SelectMany(name => Topics(name).Select(topic => (Topic: topic, Name: name))).GroupBy(pair => pair.Topic, pair => pair.Name))
        {
            text.Append(CultureInfo.InvariantCulture, $"  '{topic.Key}': {Union(topic)};\n");
        }

        return text.Append("}\n").ToString();
    }

    private static IEnumerable<string> Topics(string name) =>
        Topic.OfAny(name, "<id>", "<name>").Select(topic => topic.Replace("<id>", "", StringComparison.Ordinal).Replace("<name>", "", StringComparison.Ordinal));

    private static string Fields(Type type, string indent) => string.Concat(type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always } && property.Name != "EqualityContract")
        .OrderBy(property => property.DeclaringType == typeof(HubEvent) ? 0 : property.DeclaringType == typeof(SessionEvent) ? 1 : 2)
        .ThenBy(property => property.MetadataToken)
        .Select(property => $"{indent}{property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)}{Of(property)};\n"));

    private static string Of(PropertyInfo property)
    {
        var type = property.PropertyType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            var nullable = Nullability.Create(property).GenericTypeArguments is [{ ReadState: NullabilityState.Nullable }]
                || Nullable.GetUnderlyingType(type.GenericTypeArguments[0]) is not null;
            return $"?: {Name(type.GenericTypeArguments[0])}{(nullable ? " | null" : "")}";
        }

        var absent = property.GetCustomAttribute<JsonIgnoreAttribute>() is not null;
        var orNull = !absent && Nullability.Create(property).ReadState == NullabilityState.Nullable;
        var narrower = Narrower.GetValueOrDefault($"{property.DeclaringType!.Name}.{property.Name}");
        return $"{(absent ? "?" : "")}: {narrower ?? Name(type)}{(orNull ? " | null" : "")}";
    }

    private static string Name(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when Words.Contains(type) || Views.Contains(type) || Answers.Contains(type) => type.Name,
            _ when type.IsSubclassOf(typeof(HubEvent)) => $"EventPayloads['{SampleEvents.All.First(pair => pair.Happened.GetType() == type).Happened.EventName}']",
            { IsArray: true } => Name(type.GetElementType()!) + "[]",
            _ when type == typeof(string) || type == typeof(DateTimeOffset) => "string",
            _ when type == typeof(bool) => "boolean",
            _ when type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(decimal) => "number",
            _ when type == typeof(Metadata) || type == typeof(JsonElement) => "Readonly<Record<string, unknown>>",
            { IsGenericType: true } when type.Name.StartsWith("IReadOnlyList", StringComparison.Ordinal) => Name(type.GenericTypeArguments[0]) + "[]",
            { IsGenericType: true } when type.Name.StartsWith("IReadOnlyDictionary", StringComparison.Ordinal) =>
                $"Readonly<Record<string, {Name(type.GenericTypeArguments[1])}>>",
            _ => throw new NotSupportedException($"{type} has no TypeScript yet"),
        };
    }

    private static string Union(Type words) => Union(Enum.GetNames(words).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName));

    private static string Union(IEnumerable<string> words) => string.Join(" | ", words.Select(word => $"'{word}'"));
}
