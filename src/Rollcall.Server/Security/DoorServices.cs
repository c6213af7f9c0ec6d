using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Rollcall.Server.Security;

/// <summary>Registers what the door is made of.</summary>
public static class DoorServices
{
    /// <summary>Registers the door, its keys and tokens, and the limits.</summary>
    public static IServiceCollection AddDoor(this IServiceCollection services) => services
        .AddSingleton<Addresses>()
        .AddSingleton(made => new KeyRing(
            made.GetRequiredService<RollcallOptions>().Data, made.GetRequiredService<TimeProvider>(), made.GetRequiredService<ILogger<KeyRing>>()))
        .AddSingleton<Tokens>()
        .AddSingleton<CommandLimits>()
        .AddSingleton<UnfinishedInput>()
        .AddSingleton<EndAudit>()
        .AddSingleton<Door>()
        .AddHostedService<KeyAudit>()
        .AddHostedService<LapseAudit>();
}
