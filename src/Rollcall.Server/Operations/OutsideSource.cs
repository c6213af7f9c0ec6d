using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;

namespace Rollcall.Server.Operations;

/// <summary>An outside service that knows a number of sessions.</summary>
/// <param name="Name">As it is called in events.</param>
/// <param name="Url">Where it is asked.</param>
/// <param name="Path">Where in its answer the count stands.</param>
/// <param name="Interval">How often it is asked.</param>
/// <param name="Bearer">A token for it; null for none.</param>
public sealed record OutsideSource(string Name, Uri Url, CountPath Path, TimeSpan Interval, string? Bearer)
{
    /// <summary>The variable that names them.</summary>
    public const string Variable = "ROLLCALL_SOURCES";

    /// <summary>The most sources; each has a loop of its own.</summary>
    private const int Most = 100;

    /// <summary>Never prints the token.</summary>
    public override string ToString() => $"{Name} ({Url})";

    /// <summary>Reads the configuration: JSON, or the path of a file with it. Null or empty is none.</summary>
    /// <exception cref="InvalidDataException">Something is wrong; the message names the variable and the field.</exception>
    public static IReadOnlyList<OutsideSource> ReadAll(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        var inline = text.TrimStart()[0] is '[' or '{';
        if (!inline && !File.Exists(text))
        {
            throw new InvalidDataException($"{Variable}: there is no file {text}");
        }

        try
        {
            using var json = JsonDocument.Parse(inline ? text : File.ReadAllText(text));
            if (json.RootElement.ValueKind != JsonValueKind.Array || json.RootElement.GetArrayLength() > Most)
            {
                throw new InvalidDataException($"{Variable} must be a JSON array of at most {Most} sources");
            }

            var all = json.RootElement.EnumerateArray().Select(Read).ToList();
            var repeated = all.GroupBy(source => source.Name).FirstOrDefault(group => group.Count() > 1);
            return repeated is null ? all : throw new InvalidDataException($"{Variable}: two sources are called {repeated.Key}");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"{Variable} is not JSON: {failure.Message}");
        }
    }

    private static OutsideSource Read(JsonElement source, int index)
    {
        var at = $"{Variable}[{index}]";
        if (source.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{at} must be an object");
        }

        var name = Text(source, "name") ?? "";
        if (!SessionIds.IsValid(name) || name is SourceCount.Own or "error")
        {
            throw new InvalidDataException(
                $"{at}.name must be 1-128 of A-Z a-z 0-9 . _ : - and neither {SourceCount.Own} nor error");
        }

        if (!Uri.TryCreate(Text(source, "url"), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new InvalidDataException($"{at}.url must be an absolute http or https URL");
        }

        var path = CountPath.Parse(Text(source, "json_path") ?? throw new InvalidDataException($"{at}.json_path is missing"))
            ?? throw new InvalidDataException($"{at}.json_path must be names with dots between and [n], such as data.sessions[0].live");
        var seconds = !source.TryGetProperty("interval_seconds", out var given) ? 5
            : given.ValueKind == JsonValueKind.Number && given.GetDouble() is >= 1 and <= 86400 ? given.GetDouble()
            : throw new InvalidDataException($"{at}.interval_seconds must be a number from 1 to 86400");
        return new OutsideSource(name, url, path, TimeSpan.FromSeconds(seconds), Text(source, "bearer"));
    }

    private static string? Text(JsonElement source, string name) =>
        source.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
