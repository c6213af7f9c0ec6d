using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Server.Sockets;

/// <summary>What a client asks for when it joins a topic; every field is optional.</summary>
internal sealed record JoinRequest
{
    /// <summary>The log's epoch that <see cref="After"/> belongs to.</summary>
    public string? Epoch { get; private init; }

    /// <summary>The last sequence number the client knows.</summary>
    public long? After { get; private init; }

    /// <summary>Whether it wants the state when it cannot be told what it missed.</summary>
    public bool Snapshot { get; private init; } = true;

    /// <summary>Only these events; null for all.</summary>
    public IReadOnlySet<string>? Events { get; private init; }

    /// <summary>Whether it joins as the session's owner.</summary>
    public bool AsOwner { get; private init; }

    /// <summary>Reads <c>{"epoch":"k3f9","after":812,"snapshot":true,"events":["session_status"],"role":"owner"}</c>.</summary>
    /// <returns>Null, and which field breaks which rule, when it is wrong.</returns>
    public static JoinRequest? Parse(JsonElement payload, out string? wrong)
    {
        var request = new JoinRequest();
        wrong = null;
        foreach (var field in payload.ValueKind == JsonValueKind.Object ? payload.EnumerateObject() : default)
        {
            var value = field.Value;
            switch (field.Name)
            {
                case "epoch" when value.ValueKind is JsonValueKind.String or JsonValueKind.Null:
                    request = request with { Epoch = value.GetString() };
                    break;
                case "after" or "snapshot" or "events" or "role" when value.ValueKind is JsonValueKind.Null:
                    break;
                case "after" when value.ValueKind is JsonValueKind.Number && Whole(value) is >= 0 and var after:
                    request = request with { After = after };
                    break;
                case "snapshot" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    request = request with { Snapshot = value.GetBoolean() };
                    break;
                case "events" when value.ValueKind is JsonValueKind.Array:
                    if (Unknown(value) is { } unknown)
                    {
                        wrong = $"events: {unknown} is not an event";
                        return null;
                    }

                    request = request with { Events = value.EnumerateArray().Select(name => name.GetString()!).ToHashSet() };
                    break;
                case "role" when value.ValueKind == JsonValueKind.String && value.ValueEquals("owner"):
                    request = request with { AsOwner = true };
                    break;
                case "epoch" or "after" or "snapshot" or "events" or "role":
                    wrong = $"{field.Name} {Rule(field.Name)}";
                    return null;
                default:
                    break;
            }
        }

        return request;
    }

    /// <summary>A whole number, also one written as 812.0 or 1e3; in place of one too large the largest, which no event has either. Null when it is not whole.</summary>
    private static long? Whole(JsonElement number) =>
        number.TryGetInt64(out var whole) ? whole
        : number.GetDouble() is var value && value == Math.Floor(value) ? long.CreateSaturating(value)
        : null;

    private static string? Unknown(JsonElement names)
    {
        foreach (var name in names.EnumerateArray())
        {
            if (name.ValueKind != JsonValueKind.String || !EventNames.All.Contains(name.GetString()!))
            {
                return name.GetRawText();
            }
        }

        return null;
    }

    private static string Rule(string field) => field switch
    {
        "epoch" => "must be a string",
        "after" => "must be a whole number, 0 or more",
        "snapshot" => "must be true or false",
        "events" => "must be an array of event names",
        _ => "must be \"owner\" when it is given",
    };
}
