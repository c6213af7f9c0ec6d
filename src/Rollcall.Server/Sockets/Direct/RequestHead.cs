using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Rollcall.Protocol;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// Reads the head of an upgrade request for the hub's socket. It knows only the plainest form of HTTP/1.1 (RFC 9112):
/// whatever is unusual, wrong or incomplete is not its business, and Kestrel answers it.
/// </summary>
internal static class RequestHead
{
    /// <summary>The longest head that is looked at.</summary>
    public const int MaxBytes = 8 * 1024;

    private static readonly byte[] Begins = Encoding.ASCII.GetBytes($"GET {Wire.SocketPath}");

    /// <summary>Field names: tokens of RFC 9110, section 5.6.2.</summary>
    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Field values: visible ASCII, spaces and tabs.</summary>
    private static readonly SearchValues<byte> ValueBytes = SearchValues.Create([9, .. Enumerable.Range(32, 95).Select(value => (byte)value)]);

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

    /// <summary>Reads a head into a request.</summary>
    /// <param name="arrived">The first bytes of a connection.</param>
    /// <param name="request">Gets path, query and headers.</param>
    /// <returns>How long the head is; 0 when Kestrel should have it.</returns>
    public static int Read(ReadOnlySpan<byte> arrived, HttpRequest request)
    {
        var end = arrived.StartsWith(Begins) ? arrived.IndexOf("\r\n\r\n"u8) : -1;
        if (end < 0)
        {
            return 0;
        }

        var lines = arrived[..(end + 2)];
        if (!TryReadTarget(Line(ref lines), request))
        {
            return 0;
        }

        while (lines.Length > 0)
        {
            if (!TryReadField(Line(ref lines), request.Headers))
            {
                return 0;
            }
        }

        return IsUpgrade(request.Headers) ? end + 4 : 0;
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf("\r\n"u8);
        var line = lines[..end];
        lines = lines[(end + 2)..];
        return line;
    }

    /// <summary>Reads <c>GET /socket/websocket?vsn=2.0.0 HTTP/1.1</c>.</summary>
    private static bool TryReadTarget(ReadOnlySpan<byte> line, HttpRequest request)
    {
        var rest = line[Begins.Length..];
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
        request.Path = Wire.SocketPath;
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

        var name = Encoding.ASCII.GetString(line[..colon]);
        if (Foreign.Contains(name) || (Single.Contains(name) && headers.ContainsKey(name)))
        {
            return false;
        }

        headers.Append(name, Encoding.ASCII.GetString(line[(colon + 1)..].Trim(" \t"u8)));
        return true;
    }

    private static bool IsUpgrade(IHeaderDictionary headers) =>
        headers.Host.Count == 1
        && headers.Connection.ToString().Split(',', StringSplitOptions.TrimEntries).Contains("Upgrade", StringComparer.OrdinalIgnoreCase);
}
