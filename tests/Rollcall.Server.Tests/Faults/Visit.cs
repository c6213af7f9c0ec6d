namespace Rollcall.Server.Tests.Faults;

/// <summary>What a subscriber that comes back says it knows.</summary>
internal enum Claim
{
    /// <summary>What it does know.</summary>
    Own,

    /// <summary>Nothing, though it does.</summary>
    Nothing,

    /// <summary>A number of a hub that this one is not.</summary>
    OtherEpoch,

    /// <summary>What has not happened yet.</summary>
    Future,
}

/// <summary>How one connection is to go.</summary>
/// <param name="Plan">What befalls it.</param>
/// <param name="Tls">Whether it is encrypted: then the hub uses its portable transport.</param>
/// <param name="Claim">What the subscriber says it knows.</param>
/// <param name="RejoinAfter">On a socket: the message after which it leaves the topic and joins again; -1 for never.</param>
/// <param name="IsDone">Whether the subscriber has heard enough.</param>
internal sealed record Visit(FaultPlan Plan, bool Tls, Claim Claim, int RejoinAfter, Func<bool> IsDone)
{
    public static Visit Roll(Random random) => new(
        FaultPlan.Roll(random),
        random.Next(2) == 0,
        random.Next(12) == 0 ? (Claim)random.Next(1, 4) : Claim.Own,
        random.Next(4) == 0 ? random.Next(1, 50) : -1,
        () => false);

    /// <summary>One without faults, until everything was heard.</summary>
    public static Visit Calm(Random random, Func<bool> isDone) => new(FaultPlan.None, random.Next(2) == 0, Claim.Own, -1, isDone);
}
