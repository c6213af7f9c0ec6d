namespace Rollcall.Client;

/// <summary>Where a hub may be: at the root of an address.</summary>
internal static class HubAddress
{
    /// <summary>The address, which has no path that would be dropped without a word, and no scheme that would be taken for <c>http</c>.</summary>
    /// <exception cref="ArgumentException">It is relative, of another scheme than <c>http</c> or <c>https</c>, or has a path or a query.</exception>
    public static Uri Checked(Uri hub, string parameter) => hub is { IsAbsoluteUri: true, Scheme: "http" or "https", PathAndQuery: "/" }
        ? hub
        : throw new ArgumentException($"a hub's address is http or https, a host and a port without a path, such as http://127.0.0.1:7655, and not {hub}", parameter);
}
