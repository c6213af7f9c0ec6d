using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Rollcall.Server.Sockets;

/// <summary>The opening handshake of RFC 6455, section 4.2, and the token that Phoenix clients put into it.</summary>
internal static class Handshake
{
    /// <summary>Section 1.3: what a server appends to the client's key.</summary>
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The one version there is, which the answer to another names.</summary>
    public const string Version = "13";

    /// <summary>Characters of 16 bytes in base64.</summary>
    private const int KeyLength = 24;

    private const string PhoenixProtocol = "phoenix";
    private const string TokenPrefix = "base64url.bearer.phx.";

    /// <summary>Puts the hub's half of an upgrade's handshake on the answer; false when the client's half is wrong.</summary>
    /// <param name="request">The client's half.</param>
    /// <param name="response">Gets the hub's.</param>
    /// <param name="compresses">Whether an offer of compression may be taken.</param>
    public static bool TryAnswer(IHeaderDictionary request, IHeaderDictionary response, bool compresses)
    {
        if (Accept(request) is not { } accept)
        {
            return false;
        }

        response.Upgrade = "websocket";
        response.SecWebSocketAccept = accept;
        Negotiate(request, response, compresses);
        return true;
    }

    /// <summary>The same of a CONNECT (RFC 8441, section 5): it upgrades nothing, and has no key to be answered.</summary>
    public static bool TryAnswerConnect(IHeaderDictionary request, IHeaderDictionary response, bool compresses)
    {
        if (request.SecWebSocketVersion != Version)
        {
            return false;
        }

        Negotiate(request, response, compresses);
        return true;
    }

    /// <summary>Whether compression was negotiated by this answer.</summary>
    public static bool Deflates(IHeaderDictionary response) => response.SecWebSocketExtensions.Count > 0;

    private static void Negotiate(IHeaderDictionary request, IHeaderDictionary response, bool compresses)
    {
        if (Words(request.SecWebSocketProtocol).Contains(PhoenixProtocol))
        {
            response.SecWebSocketProtocol = PhoenixProtocol;
        }

        if (compresses && DeflateOffer.Answer(request.SecWebSocketExtensions) is { } taken)
        {
            response.SecWebSocketExtensions = taken;
        }
    }

    private static string? Accept(IHeaderDictionary headers)
    {
        var key = headers.SecWebSocketKey.ToString();
        Span<byte> nonce = stackalloc byte[16];
        if (headers.SecWebSocketVersion != Version
            || !Words(headers.Upgrade).Contains("websocket", StringComparer.OrdinalIgnoreCase)
            // Spaces would be read over. Bits that are no byte's are left alone: the RFC's own example has some.
            || key.Length != KeyLength || key.Contains(' ', StringComparison.Ordinal)
            || !Convert.TryFromBase64String(key, nonce, out var length) || length != nonce.Length)
        {
            return null;
        }

#pragma warning disable CA5350 // The RFC names SHA-1; nothing is secured by it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
#pragma warning restore CA5350
    }

    /// <summary>
    /// The token of <c>Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.&lt;base64 without =&gt;</c>; clients use
    /// the standard alphabet in spite of the name, so that both are read. Null when there is none.
    /// </summary>
    public static string? Token(IHeaderDictionary headers)
    {
        if (headers.SecWebSocketProtocol.Count == 0
            || Words(headers.SecWebSocketProtocol).FirstOrDefault(offered => offered.StartsWith(TokenPrefix, StringComparison.Ordinal)) is not { } offered)
        {
            return null;
        }

        var base64 = offered[TokenPrefix.Length..].Replace('-', '+').Replace('_', '/');
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : "";
    }

    private static IEnumerable<string> Words(StringValues header) =>
        header.SelectMany(line => line?.Split(',', StringSplitOptions.TrimEntries) ?? []);
}
