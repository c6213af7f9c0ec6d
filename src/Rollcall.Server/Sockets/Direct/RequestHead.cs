using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// Reads the head of an upgrade request for one of the hub's sockets, and the fields of others. It knows only the plainest form of HTTP/1.1 (RFC 9112):
/// whatever is unusual, wrong or incomplete is not its business, and Kestrel answers it.
/// </summary>
internal sealed partial class RequestHead(IReadOnlyList<string> paths)
{
    /// <summary>The longest head that is looked at.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>Field names: tokens of RFC 9110, section 5.6.2.</summary>
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Field values: visible ASCII and spaces. What a tab means inside one, the web server has its own mind about.</summary>
    private static readonly SearchValues<byte> ValueBytes = SearchValues.Create([.. Enumerable.Range(32, 95).Select(value => (byte)value)]);

    /// <summary>A query that means what it says, without an escape or another delimiter.</summary>
    private static readonly SearchValues<byte> QueryBytes =
        SearchValues.Create("-._~=&0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Fields that a plain upgrade has once, or not at all.</summary>
    private static readonly HashSet<string> Single = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Origin", "Upgrade", "Connection", "Authorization", "Sec-WebSocket-Key", "Sec-WebSocket-Version",
    };

    /// <summary>Fields of a request that has a body, or wants something else first.</summary>
    private static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Length", "Transfer-Encoding", "Expect", "TE", "Trailer",
    };

    private readonly (string Path, byte[] Begins)[] _paths = [.. paths.Select(path => (path, Encoding.ASCII.GetBytes($"GET {path}")))];

    /// <summary>Reads a head into a request.</summary>
    /// <param name="arrived">The first bytes of a connection.</param>
    /// <param name="request">Gets path, query and headers.</param>
    /// <returns>The path, and how long the head is; null when Kestrel should have it.</returns>
    public (string? Path, int Length) Read(ReadOnlySpan<byte> arrived, HttpRequest request)
    {
        foreach (var (path, begins) in _paths)
        {
            if (arrived.StartsWith(begins) && arrived.IndexOf("\r\n\r\n"u8) is > 0 and var end
                && TryRead(arrived[..(end + 2)], begins.Length, request) && IsUpgrade(request.Headers))
            {
                request.Path = path;
                return (path, end + 4);
            }
        }

        return default;
    }

    private static bool TryRead(ReadOnlySpan<byte> lines, int target, HttpRequest request)
    {
        return TryReadTarget(Line(ref lines)[target..], request) && TryReadFields(lines, request.Headers);
    }

    /// <summary>Reads the fields of a request that has no body, or whose length was taken out of them; false when the web server should have it.</summary>
    /// <param name="lines">Whole lines.</param>
    /// <param name="headers">Gets the fields.</param>
    /// <param name="most">So many at most.</param>
    public static bool TryReadFields(ReadOnlySpan<byte> lines, IHeaderDictionary headers, int most = RequestLimits.HeaderFields)
    {
        for (var fields = 1; lines.Length > 0; fields++)
        {
            if (fields > most || !TryReadField(Line(ref lines), headers))
            {
                return false;
            }
        }

        return HasPlainHost(headers);
    }

    /// <summary>Takes the first line off.</summary>
    public static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf("\r\n"u8);
        var line = lines[..end];
        lines = lines[(end + 2)..];
        return line;
    }

    /// <summary>Reads what follows the path in <c>GET /socket/websocket?vsn=2.0.0 HTTP/1.1</c>.</summary>
    private static bool TryReadTarget(ReadOnlySpan<byte> rest, HttpRequest request)
    {
        var space = rest.IndexOf((byte)' ');
        if (space < 0 || !rest[space..].SequenceEqual(" HTTP/1.1"u8))
        {
            return false;
        }

        var query = rest[..space];
        if (query.Length > 0 && (query[0] != '?' || query[1..].ContainsAnyExcept(QueryBytes)))
        {
            return false;
        }

        request.Method = HttpMethods.Get;
        request.Scheme = "http";
        request.QueryString = new QueryString(query.Length > 0 ? Encoding.ASCII.GetString(query) : null);
        return true;
    }

    private static bool TryReadField(ReadOnlySpan<byte> line, IHeaderDictionary headers)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(NameBytes) || line[(colon + 1)..].ContainsAnyExcept(ValueBytes))
        {
            return false;
        }

        var (name, value) = (Encoding.ASCII.GetString(line[..colon]), Encoding.ASCII.GetString(line[(colon + 1)..].Trim((byte)' ')));

        // A field without a value would not be kept, and counts: as the first of two, or as the mark of a proxy.
        if (value.Length == 0 || Foreign.Contains(name) || (Single.Contains(name) && headers.ContainsKey(name)))
        {
            return false;
        }

        headers.Append(name, value);
        return true;
    }

    private static bool HasPlainHost(IHeaderDictionary headers) => headers.Host.Count == 1 && PlainHost().IsMatch(headers.Host.ToString());

    private static bool IsUpgrade(IHeaderDictionary headers) =>
        headers.Connection.ToString().Split(',', StringSplitOptions.TrimEntries).Contains("Upgrade", StringComparer.OrdinalIgnoreCase);

    /// <summary>A name or an address, an IPv6 one without a zone, and a port.</summary>
    [GeneratedRegex(@"^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainHost();
}
