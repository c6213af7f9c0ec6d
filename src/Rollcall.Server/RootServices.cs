using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;

namespace Rollcall.Server;

/// <summary>Every service of the hub lives as long as the hub: a request needs no scope of its own, which would have to be made and disposed of.</summary>
internal sealed class RootServices(IServiceProvider services) : IServiceProvidersFeature
{
    /// <inheritdoc/>
    public IServiceProvider RequestServices
    {
        get => services;
        set => throw new NotSupportedException("requests share the hub's services");
    }
}

/// <summary>Gives requests the hub's own services.</summary>
internal static class RootServicesMiddleware
{
    /// <summary>Stands before everything that asks for a service.</summary>
    public static void UseRootServices(this WebApplication app)
    {
        var services = new RootServices(app.Services);
        app.Use((context, next) =>
        {
            context.Features.Set<IServiceProvidersFeature>(services);
            return next(context);
        });
    }
}
