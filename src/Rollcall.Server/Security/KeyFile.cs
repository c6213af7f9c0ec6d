using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Core.Log;

namespace Rollcall.Server.Security;

/// <summary>
/// The keys of a data directory, in <c>keys.json</c>. Whoever changes them replaces the whole file in one step, one
/// process at a time; a hub that runs reads the change within half a second.
/// </summary>
public static class KeyFile
{
    /// <summary>Where the keys of a data directory are.</summary>
    public static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "keys.json");

    /// <summary>Reads the keys; none when there is no file.</summary>
    /// <exception cref="RefusedToStartException">The file cannot be understood.</exception>
    public static IReadOnlyList<Key> Read(string dataDirectory)
    {
        var path = PathIn(dataDirectory);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var keys = JsonSerializer.Deserialize(file, KeyJson.Default.IReadOnlyListKey) ?? [];
            return Flaw(keys) is { } flaw ? throw new RefusedToStartException($"{path} is damaged: {flaw}") : keys;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException wrong)
        {
            throw new RefusedToStartException($"{path} is damaged: {wrong.Message}", wrong);
        }
    }

    /// <summary>What makes keys unusable that are well-formed JSON; null for nothing.</summary>
    private static string? Flaw(IReadOnlyList<Key?> keys)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < keys.Count; i++)
        {
            var flaw = keys[i] is not { } key ? "must be an object"
                : !Base64.IsValid(key.Salt) ? "salt must be Base64"
                : !Base64.IsValid(key.Hash) ? "hash must be Base64"
                : key.Id == Principal.Local.Id ? $"id must not be {Principal.Local.Id}, which stands for whoever needs no key"
                // An empty one, as key create once took it, is the project of no session: it gives no right.
                : key.Projects is { } projects && (projects.Count == 0 || projects.Contains(null))
                    ? "projects must name one or more projects; leave it out for all"
                : !ids.Add(key.Id) ? $"id {key.Id} is given twice"
                : null;
            if (flaw is not null)
            {
                return $"[{i}]: {flaw}";
            }
        }

        return null;
    }

    /// <summary>Changes the keys and gives back what they are then.</summary>
    /// <exception cref="IOException">Another process changes them at this moment.</exception>
    public static IReadOnlyList<Key> Change(string dataDirectory, Func<IReadOnlyList<Key>, IReadOnlyList<Key>> change)
    {
        DataDirectory.Create(dataDirectory);
        using var turn = DataDirectory.Open(Path.Combine(dataDirectory, "keys.lock"), FileMode.OpenOrCreate);
        var keys = change(Read(dataDirectory));
        var temporary = PathIn(dataDirectory) + ".new";
        using (var file = DataDirectory.Open(temporary, FileMode.Create))
        {
            JsonSerializer.Serialize(file, keys, KeyJson.Default.IReadOnlyListKey);
            file.Flush(flushToDisk: true);
        }

        KeepMode(PathIn(dataDirectory), temporary);
        File.Move(temporary, PathIn(dataDirectory), overwrite: true);
        return keys;
    }

    private static void KeepMode(string replaced, string by)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(replaced))
        {
            File.SetUnixFileMode(by, File.GetUnixFileMode(replaced));
        }
    }
}

/// <summary>The JSON of stored keys.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Key>))]
[JsonSerializable(typeof(Dictionary<string, bool>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class KeyJson : JsonSerializerContext;
