using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>How a server is started.</summary>
/// <param name="Program">What to run.</param>
/// <param name="Arguments">What follows, given where to listen.</param>
/// <param name="ReadyPath">What answers with success over HTTP once it is ready; without, a connection is enough.</param>
internal sealed record Launch(string Program, Func<Address, IReadOnlyList<string>> Arguments, string? ReadyPath = null)
{
    /// <summary>Settings that it is started with.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}

/// <summary>What a server is built for.</summary>
/// <param name="OneCore">Whether it is to believe that there is one core.</param>
/// <param name="Tls">Whether it is spoken to under TLS.</param>
/// <param name="Told">What it will be told.</param>
internal sealed record Start(bool OneCore, bool Tls = false, Told Told = Told.Update);

/// <summary>What is told: each event about one session, and about so many bytes long for every contender.</summary>
internal enum Told
{
    /// <summary>A session's status changes.</summary>
    Status,

    /// <summary>A session's metadata change: one event of about 300 bytes.</summary>
    Update,

    /// <summary>Sessions begin, as many at a time as are outstanding: one event for all of them.</summary>
    Count,
}
