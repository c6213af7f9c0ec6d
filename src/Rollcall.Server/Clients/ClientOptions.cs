namespace Rollcall.Server.Clients;

/// <summary>Which existing clients may connect; null for on a hub that only its own machine reaches, and off elsewhere.</summary>
public sealed record ClientOptions
{
    /// <summary>orc's web client.</summary>
    public bool? Orc { get; init; }

    /// <summary>Jidoka's subscribers.</summary>
    public bool? Jidoka { get; init; }

    /// <summary>agentcmd's web client.</summary>
    public bool? Agentcmd { get; init; }

    /// <summary>KATO's dashboard.</summary>
    public bool? Kato { get; init; }

    /// <summary>Whether a subscription of KATO's dashboard replaces those before it on its connection, as in its own server.</summary>
    public bool KatoReplaces { get; init; }
}
