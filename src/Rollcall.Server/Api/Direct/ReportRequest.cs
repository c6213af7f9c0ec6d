using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Rollcall.Protocol;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Api.Direct;

/// <summary>
/// A small report as it lies in what a connection has sent: a request that came whole, in the plainest form of HTTP/1.1 (RFC 9112). Whatever is
/// unusual, wrong or incomplete is none, and the web server answers it. Its fields are not looked at here.
/// </summary>
internal readonly ref struct ReportRequest
{
    /// <summary>What an id consists of (<see cref="Core.Sessions.SessionIds"/>); none of it is written otherwise in an address.</summary>
    private static readonly SearchValues<byte> IdBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-"u8);

    /// <summary>Which report.</summary>
    public required ReportKind Kind { get; init; }

    /// <summary>Of which session; empty where it has none yet.</summary>
    public required string SessionId { get; init; }

    /// <summary>The lines of fields before and behind that of the body's length.</summary>
    public required ReadOnlySpan<byte> Before { get; init; }

    /// <inheritdoc cref="Before"/>
    public required ReadOnlySpan<byte> Behind { get; init; }

    /// <summary>The body.</summary>
    public required ReadOnlySpan<byte> Body { get; init; }

    /// <summary>Bytes of all of it.</summary>
    public required int Length { get; init; }

    /// <summary>Finds one at the beginning of what has arrived; false when the web server should have that.</summary>
    public static bool TryRead(ReadOnlySpan<byte> arrived, out ReportRequest request)
    {
        request = default;
        if (arrived.IndexOf("\r\n\r\n"u8) is not (> 0 and var end))
        {
            return false;
        }

        var fields = arrived[..(end + 2)];
        var body = arrived[(end + 4)..];
        if (!TryReadTarget(RequestHead.Line(ref fields), out var kind, out var id)
            || !TryFindLength(fields, out var length, out var before, out var behind) || body.Length < length)
        {
            return false;
        }

        request = new()
        {
            Kind = kind, SessionId = id, Before = before, Behind = behind, Body = body[..length], Length = end + 4 + length,
        };
        return true;
    }

    /// <summary>Reads such as <c>POST /api/v1/sessions/s-1/status HTTP/1.1</c>.</summary>
    private static bool TryReadTarget(ReadOnlySpan<byte> line, out ReportKind kind, out string id)
    {
        (kind, id) = (default, "");
        var isPatch = line.StartsWith("PATCH "u8);
        if (!line.EndsWith(" HTTP/1.1"u8) || (!isPatch && !line.StartsWith("POST "u8)))
        {
            return false;
        }

        var path = line[(isPatch ? 6 : 5)..^9];
        if (!path.StartsWith("/api/v1/sessions"u8))
        {
            return false;
        }

        var rest = path["/api/v1/sessions"u8.Length..];
        if (rest.IsEmpty)
        {
            kind = ReportKind.Create;
            return !isPatch;
        }

        if (rest[0] != '/')
        {
            return false;
        }

        rest = rest[1..];
        var slash = rest.IndexOf((byte)'/');
        var name = slash < 0 ? rest : rest[..slash];
        kind = isPatch ? ReportKind.Update : KindOf(slash < 0 ? default : rest[(slash + 1)..]);

        // What begins with a dot might be a way through the address.
        if (name.IsEmpty || name[0] == '.' || name.ContainsAnyExcept(IdBytes) || isPatch != slash < 0 || kind == ReportKind.None)
        {
            return false;
        }

        id = Encoding.ASCII.GetString(name);
        return true;
    }

    private static ReportKind KindOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("status"u8) ? ReportKind.Status
        : word.SequenceEqual("heartbeat"u8) ? ReportKind.Heartbeat
        : word.SequenceEqual("usage"u8) ? ReportKind.Usage
        : word.SequenceEqual("output"u8) ? ReportKind.Output
        : ReportKind.None;

    /// <summary>Finds the line that tells the body's length; a second one is left among the others.</summary>
    private static bool TryFindLength(ReadOnlySpan<byte> fields, out int length, out ReadOnlySpan<byte> before, out ReadOnlySpan<byte> behind)
    {
        before = behind = default;
        length = 0;
        var rest = fields;
        while (!rest.IsEmpty)
        {
            var from = fields.Length - rest.Length;
            var line = RequestHead.Line(ref rest);
            if (line.Length > "Content-Length:"u8.Length && Ascii.EqualsIgnoreCase(line[.."Content-Length:"u8.Length], "Content-Length:"u8))
            {
                before = fields[..from];
                behind = rest;
                var digits = line["Content-Length:"u8.Length..].Trim((byte)' ');
                return !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && Utf8Parser.TryParse(digits, out length, out _) && length <= Placement.SmallBody;
            }
        }

        return false;
    }
}

/// <summary>Reports that are answered without the web server.</summary>
internal enum ReportKind
{
    /// <summary>None of them.</summary>
    None,

    /// <summary><see cref="NewSession"/>.</summary>
    Create,

    /// <summary><see cref="UpdateSession"/>.</summary>
    Update,

    /// <summary><see cref="ChangeStatus"/>.</summary>
    Status,

    /// <summary><see cref="Protocol.Heartbeat"/>.</summary>
    Heartbeat,

    /// <summary><see cref="ReportUsage"/>.</summary>
    Usage,

    /// <summary><see cref="AppendOutput"/>.</summary>
    Output,
}
