namespace Rollcall.Core.Fleet;

/// <summary>What a session is known to live by; neither: nothing, so that it is never declared crashed.</summary>
/// <param name="Lease">The seconds within which something must be heard of it while nobody owns it; null for no lease.</param>
/// <param name="Owned">Whether an owner's connection is its sign of life: there, or lost and still within its grace.</param>
internal readonly record struct SignOfLife(int? Lease, bool Owned)
{
    /// <summary>As one number: the lease's seconds, negative while there is an owner; 0 for an owner and no lease.</summary>
    public int? Stored => Owned ? -(Lease ?? 0) : Lease;

    /// <summary>Reads <see cref="Stored"/>.</summary>
    public static SignOfLife Of(int? stored) => new(stored is null or 0 ? null : Math.Abs(stored.Value), stored <= 0);
}
