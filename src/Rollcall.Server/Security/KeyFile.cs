using System.Text.Json;
using System.Text.Json.Serialization;

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
            return JsonSerializer.Deserialize(file, KeyJson.Default.IReadOnlyListKey) ?? [];
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

    /// <summary>Changes the keys and gives back what they are then.</summary>
    /// <exception cref="IOException">Another process changes them at this moment.</exception>
    public static IReadOnlyList<Key> Change(string dataDirectory, Func<IReadOnlyList<Key>, IReadOnlyList<Key>> change)
    {
        Directory.CreateDirectory(dataDirectory);
        using var turn = new FileStream(Path.Combine(dataDirectory, "keys.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        var keys = change(Read(dataDirectory));
        var temporary = PathIn(dataDirectory) + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, keys, KeyJson.Default.IReadOnlyListKey);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, PathIn(dataDirectory), overwrite: true);
        return keys;
    }
}

/// <summary>The JSON of stored keys.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<Key>))]
internal sealed partial class KeyJson : JsonSerializerContext;
