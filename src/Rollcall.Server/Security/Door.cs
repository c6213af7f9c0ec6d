#pragma warning disable CA1822 // Members of what will have state.
using Microsoft.AspNetCore.Http;
using Rollcall.Core.Fanout;

namespace Rollcall.Server.Security;

/// <summary>Decides who may do what. On loopback, where it listens so far, everybody on the machine may do everything.</summary>
public sealed class Door
{
    /// <summary>How many connections there may be.</summary>
    public ConnectionLimits Limits { get; } = new();

    /// <summary>Who asks; null when nobody may.</summary>
    public Principal? Authenticate(HttpContext context, string? token) => PrincipalOf(context);

    /// <summary>Who asks, for a request that has passed.</summary>
    public Principal PrincipalOf(HttpContext context) => Principal.Local;

    /// <summary>Whether somebody may join a topic.</summary>
    public bool Allows(Principal principal, Topic topic, bool owner) => !topic.IsFleetWide || principal.Projects is null;

    /// <summary>Whether somebody may push an event.</summary>
    public bool AllowsPush(Principal principal, string name) => true;

    /// <summary>Calls back when somebody's key is revoked.</summary>
    public IDisposable WhenRevoked(Principal principal, Action revoked) => new Place();
}

/// <summary>Who asks.</summary>
/// <param name="Name">For logs.</param>
/// <param name="Projects">Only sessions of these projects are seen; null for all.</param>
public sealed record Principal(string Name, IReadOnlySet<string>? Projects)
{
    /// <summary>Somebody on this machine.</summary>
    public static readonly Principal Local = new("local", null);

    /// <summary>Whether sessions of a project are seen.</summary>
    public bool Sees(string? project) => Projects is null || (project is not null && Projects.Contains(project));
}

/// <summary>How many connections there may be.</summary>
public sealed class ConnectionLimits
{
    /// <summary>Takes a place for a connection until it is disposed of; null when there is none left.</summary>
    public IDisposable? TryEnter(HttpContext context, Principal principal) => new Place();
}

internal sealed class Place : IDisposable
{
    public void Dispose()
    {
    }
}
