using Microsoft.AspNetCore.Builder;

namespace Rollcall.Server.Api;

/// <summary>What a route reads from its body as JSON, whatever type the request calls it: for the API's description alone.</summary>
/// <param name="Type">Its form.</param>
public sealed record BodyShape(Type Type);

/// <summary>Shows a route's body in the API's description.</summary>
public static class BodyOnRoute
{
    /// <summary>Names its form.</summary>
    public static TBuilder WithBody<TBuilder>(this TBuilder route, Type form)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new BodyShape(form));
}
