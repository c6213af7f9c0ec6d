using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Rollcall.Server.Operations;

/// <summary>Registers what people who run the hub look at.</summary>
public static class OperationsServices
{
    /// <summary>Registers health and figures.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services) => services.AddSingleton<Health>().AddSingleton<Metrics>();

    /// <summary>Maps health and figures.</summary>
    public static void MapOperations(this IEndpointRouteBuilder app)
    {
        Health.Map(app);
        Metrics.Map(app);
    }
}
