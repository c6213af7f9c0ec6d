using System.Text;

namespace Rollcall.Core.Log.Lists;

/// <summary>
/// What is kept of a session's texts: the id and the name in lower case, in UTF-8, for a search and for sorting; and the id
/// as it is, where it has upper case. What lies between is no UTF-8, so that nothing that is searched for reaches across.
/// </summary>
/// <remarks><c>session-1</c> · <c>session-1 FF fix it</c> · <c>session-1 FE Session-1 FF fix it</c></remarks>
internal static class SessionText
{
    private const byte BeforeId = 0xFE;
    private const byte BeforeName = 0xFF;

    /// <summary>Writes it into a buffer that grows as needed.</summary>
    public static ReadOnlySpan<byte> Write(string id, string? name, ref byte[] buffer)
    {
        var (lowerId, lowerName) = (id.ToLowerInvariant(), name?.ToLowerInvariant());
        var most = Encoding.UTF8.GetMaxByteCount((2 * id.Length) + (name?.Length ?? 0) + 2);
        if (buffer.Length < most)
        {
            buffer = new byte[most];
        }

        var length = Encoding.UTF8.GetBytes(lowerId, buffer);
        if (!ReferenceEquals(lowerId, id))
        {
            buffer[length++] = BeforeId;
            length += Encoding.UTF8.GetBytes(id, buffer.AsSpan(length));
        }

        if (lowerName is not null)
        {
            buffer[length++] = BeforeName;
            length += Encoding.UTF8.GetBytes(lowerName, buffer.AsSpan(length));
        }

        return buffer.AsSpan(0, length);
    }

    /// <summary>The id as it was given.</summary>
    public static ReadOnlySpan<byte> Id(ReadOnlySpan<byte> text)
    {
        var name = text.IndexOf(BeforeName);
        var ids = name < 0 ? text : text[..name];
        return ids[(ids.IndexOf(BeforeId) + 1)..];
    }

    /// <summary>The name in lower case; empty where there is none.</summary>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> text)
    {
        var name = text.IndexOf(BeforeName);
        return name < 0 ? [] : text[(name + 1)..];
    }

    public static bool HasName(ReadOnlySpan<byte> text) => text.Contains(BeforeName);
}
