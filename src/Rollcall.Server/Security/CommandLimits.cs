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
    private readonly int _most;

    /// <summary>Makes full buckets.</summary>
    public CommandLimits(RollcallOptions options)
    {
        _most = Saved * options.MaxCommandsPerKey;
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokensPerPeriod = options.MaxCommandsPerKey,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            TokenLimit = _most,
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

    /// <summary>Takes tokens for commands that come together, for as many as there are; why there are no more, null when there were.</summary>
    public (int Taken, Outcome.Refused? Refused) Take(Principal principal, int commands)
    {
        for (var taken = 0; taken < commands; taken++)
        {
            if (Take(principal) is { } refused)
            {
                return (taken, refused);
            }
        }

        return (commands, null);
    }

    /// <summary>Takes tokens for all of some commands or for none; why there are none, null when there were.</summary>
    public Outcome.Refused? TakeAll(Principal principal, int commands)
    {
        if (principal.Id == Principal.Local.Id)
        {
            return null;
        }

        if (commands > _most)
        {
            return new(ErrorCodes.TooLarge, $"a key may give at most {_most} commands at once");
        }

        using var lease = _buckets.AttemptAcquire(principal, commands);
        return lease.IsAcquired ? null : _refusal;
    }

    /// <inheritdoc/>
    public void Dispose() => _buckets.Dispose();
}
