namespace Rollcall.Server.Sockets;

/// <summary>The negotiation of permessage-deflate (RFC 7692, section 7.1). An offer that cannot be kept is declined; none fails the connection.</summary>
internal static class DeflateOffer
{
    private const string Name = "permessage-deflate";
    private const string ServerWindow = "server_max_window_bits";

    /// <summary>Every message for itself, in both directions: what is compressed once is right for all, and nothing is kept between messages.</summary>
    private const string Taken = $"{Name}; server_no_context_takeover; client_no_context_takeover";

    /// <summary>The answer to the first offer that can be kept; null when there is none.</summary>
    /// <param name="headers">The values of <c>Sec-WebSocket-Extensions</c>.</param>
    public static string? Answer(IEnumerable<string?> headers)
    {
        foreach (var offer in headers.SelectMany(header => Split(header ?? "", ',')))
        {
            var parts = Split(offer, ';');
            if (parts[0] == Name && Parameters(parts[1..]) is { } parameters)
            {
                return parameters.ContainsKey(ServerWindow) ? $"{Taken}; {ServerWindow}=15" : Taken;
            }
        }

        return null;
    }

    /// <summary>What an offer demands; null when it is malformed or cannot be kept.</summary>
    private static Dictionary<string, string?>? Parameters(string[] parts)
    {
        var parameters = new Dictionary<string, string?>();
        foreach (var part in parts)
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (part, null) : (part[..equals].Trim(), Unquoted(part[(equals + 1)..].Trim()));
            var kept = name switch
            {
                "server_no_context_takeover" or "client_no_context_takeover" => value is null,
                "client_max_window_bits" => value is null or "8" or "9" or "10" or "11" or "12" or "13" or "14" or "15",

                // What is written always has the largest window: the runtime's compressor knows no other.
                ServerWindow => value == "15",
                _ => false,
            };
            if (!kept || !parameters.TryAdd(name, value))
            {
                return null;
            }
        }

        return parameters;
    }

    private static string Unquoted(string value) =>
        value.Length >= 2 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;

    /// <summary>Splits outside of quotes.</summary>
    private static string[] Split(string text, char at)
    {
        var parts = new List<string>();
        var (start, quoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && quoted)
            {
                i++;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (text[i] == at && !quoted)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        return [.. parts, text[start..].Trim()];
    }
}
