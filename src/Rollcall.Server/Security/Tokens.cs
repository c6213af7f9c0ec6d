using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Server.Security;

/// <summary>
/// Short-lived tokens, so that a browser need not hold a key. Signed with a secret of this process, so that none
/// outlives a restart; each dies with the key it was made from, or when that is changed. Safe from any thread.
/// </summary>
public sealed class Tokens(TimeProvider time)
{
    /// <summary>What every token begins with: <c>rlt_&lt;claims&gt;.&lt;signature&gt;</c>, both base64url.</summary>
    public const string Prefix = "rlt_";

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Makes a token that stands for a principal until it expires.</summary>
    public string Issue(Principal principal)
    {
        var claims = new Claims(principal.Id, principal.Scopes, principal.Projects?.ToArray(), principal.ExpiresAt!.Value.ToUnixTimeMilliseconds(), principal.KeyPrint);
        var body = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims, TokenJson.Default.Claims));
        return $"{Prefix}{body}.{Base64Url.EncodeToString(Sign(body))}";
    }

    /// <summary>Who a token stands for; null when it is not the hub's, or has expired.</summary>
    public Principal? Read(string token)
    {
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || dot < 0)
        {
            return null;
        }

        var body = token[Prefix.Length..dot];
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (!Base64Url.IsValid(token.AsSpan(dot + 1))
            || !Base64Url.TryDecodeFromChars(token.AsSpan(dot + 1), signature, out var length)
            || !CryptographicOperations.FixedTimeEquals(signature[..length], Sign(body)))
        {
            return null;
        }

        var claims = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(body), TokenJson.Default.Claims)!;
        var expires = DateTimeOffset.FromUnixTimeMilliseconds(claims.Expires);
        return expires <= time.GetUtcNow() ? null
            : new Principal(claims.Id, claims.Scopes, claims.Projects?.ToHashSet(StringComparer.Ordinal), expires, ByToken: true) { KeyPrint = claims.Key };
    }

    private byte[] Sign(string body) => HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(body));

    /// <summary>What a token says.</summary>
    internal sealed record Claims(string Id, Scopes Scopes, string[]? Projects, long Expires, string? Key);
}

/// <summary>The JSON of tokens.</summary>
[JsonSerializable(typeof(Tokens.Claims))]
internal sealed partial class TokenJson : JsonSerializerContext;
