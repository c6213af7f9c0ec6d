using System.Threading.RateLimiting;
using Rollcall.Core;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>How many commands one key may give: a bucket of tokens for each key that gives any. Safe from any thread.</summary>
public sealed class CommandLimits : IDisposable
{
    /// <summary>What a key did not give within so many seconds it may give at once.</summary>
    private const int Saved = 10;

    private readonly PartitionedRateLimiter<Principal> _buckets;
    private readonly Outcome.Refused _refusal;

    /// <summary>Makes full buckets.</summary>
    public CommandLimits(RollcallOptions options)
    {
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokensPerPeriod = options.MaxCommandsPerKey,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            TokenLimit = Saved * options.MaxCommandsPerKey,
            AutoReplenishment = false,
        };
        _buckets = PartitionedRateLimiter.Create<Principal, string>(principal => RateLimitPartition.GetTokenBucketLimiter(principal.Id, _ => bucket));
        _refusal = new(ErrorCodes.RateLimited, $"a key may give {options.MaxCommandsPerKey} commands a second, and this one has given more");
    }

    /// <summary>Takes a token for a command or a push; why there is none, null when there was. Whoever needs no key needs none.</summary>
    public Outcome.Refused? Take(Principal principal)
    {
        if (principal.Id == Principal.Local.Id)
        {
            return null;
        }

        using var lease = _buckets.AttemptAcquire(principal);
        return lease.IsAcquired ? null : _refusal;
    }

    /// <inheritdoc/>
    public void Dispose() => _buckets.Dispose();
}
