using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Rollcall.Server.Security;

/// <summary>Whether the hub may listen where it was told to.</summary>
public static class Binding
{
    /// <summary>What an address to listen on must be.</summary>
    internal const string AddressRule = "must be addresses such as http://127.0.0.1:7655";

    /// <summary>Where the web server is told by its own configuration to listen, in place of the hub's addresses.</summary>
    internal const string Endpoints = "Kestrel:Endpoints";

    /// <summary>The options with the addresses at which the hub will listen: the endpoints of the web server's configuration, where it has some.</summary>
    /// <exception cref="RefusedToStartException">An endpoint has no address.</exception>
    public static RollcallOptions Resolve(RollcallOptions options, IConfiguration configuration)
    {
        var endpoints = configuration.GetSection(Endpoints).GetChildren().Select(Url).ToList();
        return endpoints.Count > 0 ? options with { Urls = endpoints } : options;
    }

    /// <summary>Makes sure that nobody reaches the hub from outside without a key.</summary>
    /// <exception cref="RefusedToStartException">Somebody could, or nobody could do anything.</exception>
    public static void Check(RollcallOptions options, TimeProvider time)
    {
        var outside = options.Urls.Where(url => !Addresses.IsLoopback(BindingAddress.Parse(url))).ToList();
        if (outside.Count == 0 && !options.RequireKeys)
        {
            return;
        }

        if (!KeyFile.Read(options.Data).Any(key => key.IsValidAt(time.GetUtcNow())))
        {
            var why = outside.Count == 0 ? "ROLLCALL_REQUIRE_KEYS is set" : $"{string.Join(", ", outside)} can be reached from other machines";
            throw new RefusedToStartException(
                $"{why}, so that a key is needed, and {options.Data} has no valid one. "
                + $"Make one with: rollcall key create --scope report,watch,control,operate --data {options.Data}");
        }
    }

    /// <summary>Whether a text is an address to listen on. A port that is no number is taken for a part of the name by who parses it.</summary>
    internal static bool IsAddress(string text)
    {
        try
        {
            var address = BindingAddress.Parse(text);
            return address is { PathBase: "", Scheme: "http" or "https" }
                && (address.IsUnixPipe
                    || (address.Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort && (address.Host.EndsWith(']') || !address.Host.Contains(':', StringComparison.Ordinal))));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static string Url(IConfigurationSection endpoint) => endpoint["Url"] is { } url && IsAddress(url)
        ? url : throw new RefusedToStartException($"{endpoint.Path.Replace(":", "__", StringComparison.Ordinal)}__Url {AddressRule}");
}
