using Microsoft.AspNetCore.Http;

namespace Rollcall.Server.Security;

/// <summary>Whether the hub may listen where it was told to.</summary>
public static class Binding
{
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
}
