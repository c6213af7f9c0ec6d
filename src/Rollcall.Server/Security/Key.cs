using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Server.Security;

/// <summary>A key as it is stored: never its secret, only a salted hash of it. Immutable.</summary>
public sealed record Key
{
    /// <summary>What every key begins with, so that a leaked one is found by scanners.</summary>
    public const string Prefix = "rlc_";

    /// <summary>Names it; shown in lists and logs.</summary>
    public required string Id { get; init; }

    /// <summary>What a person calls it.</summary>
    public string? Name { get; init; }

    /// <summary>The names of its scopes.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The projects it is limited to, at least one; null for all.</summary>
    public IReadOnlyList<string>? Projects { get; init; }

    /// <summary>Base64.</summary>
    public required string Salt { get; init; }

    /// <summary>Base64 of SHA-256 over salt and secret; the secret is 256 random bits, so that no slow hash is needed.</summary>
    public required string Hash { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>UTC; null while it is valid.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Makes a key; the credential is shown once and kept nowhere.</summary>
    public static (Key Key, string Credential) Make(
        Scopes scopes, IReadOnlyList<string>? projects, string? name, DateTimeOffset? expiresAt, DateTimeOffset now)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var salt = RandomNumberGenerator.GetBytes(16);
        var key = new Key
        {
            Id = id,
            Name = name,
            Scopes = ScopeNames.Of(scopes),
            Projects = projects,
            Salt = Convert.ToBase64String(salt),
            Hash = Convert.ToBase64String(Digest(salt, secret)),
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };
        return (key, $"{Prefix}{id}_{secret}");
    }

    /// <summary>Takes a credential apart, <c>rlc_&lt;id&gt;_&lt;secret&gt;</c>; null when it is none.</summary>
    public static (string Id, string Secret)? Split(string credential)
    {
        if (!credential.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var end = credential.IndexOf('_', Prefix.Length);
        return end < 0 ? null : (credential[Prefix.Length..end], credential[(end + 1)..]);
    }

    /// <summary>Whether a secret is this key's; takes the same time however wrong it is.</summary>
    public bool Matches(string secret) =>
        CryptographicOperations.FixedTimeEquals(Digest(Convert.FromBase64String(Salt), secret), Convert.FromBase64String(Hash));

    /// <summary>Whether it may be used at a time.</summary>
    public bool IsValidAt(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);

    /// <summary>Who presents it.</summary>
    public Principal ToPrincipal() =>
        new(Id, Rights, Projects?.ToHashSet(StringComparer.Ordinal), ExpiresAt) { KeyPrint = Print() };

    /// <summary>A digest of its secret, of what it may do and of how long: a key of the same id with another one has been changed.</summary>
    public string Print()
    {
        var text = Principal.Joined(
            [Salt, Hash, $"{ExpiresAt:O}", string.Join(',', ScopeNames.Of(Rights)), $"{Projects?.Count}", .. (IEnumerable<string>?)Projects?.Order(StringComparer.Ordinal) ?? []]);
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>Its scopes as a set, in whatever order they stand; nothing when one is unknown.</summary>
    private Scopes Rights => ScopeNames.Parse(Scopes) ?? Security.Scopes.None;

    private static byte[] Digest(byte[] salt, string secret) => SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(secret)]);
}
