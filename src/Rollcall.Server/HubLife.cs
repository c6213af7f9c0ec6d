using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Server.Operations;

namespace Rollcall.Server;

/// <summary>Ties the hub's life to the application's: opened before it listens, closed after it has stopped.</summary>
internal static partial class HubLife
{
    /// <summary>Opens the log, starts the hub, and begins to watch the fleet.</summary>
    public static async Task AddHub(this IServiceCollection services, RollcallOptions options, TimeProvider time)
    {
        var log = SqliteLog.Open(options.Data, time);
        SessionHub hub;
        try
        {
            hub = await SessionHub.Start(log, options.Hub, options.Fanout, time);
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }

        // Made by factories, so that the container disposes of them: what was made last first, which has to be the hub, whoever asks for it.
        services.AddSingleton<ILog>(_ => log).AddSingleton(log.Unread).AddSingleton(hub.Fanout).AddSingleton(made =>
        {
            made.GetRequiredService<ILog>();
            return hub;
        });
        services.AddFleetWatch(await FleetWatch.Open(options, log, hub, time));
    }

    /// <summary>Hands the log and the hub over to the application.</summary>
    public static void StartHub(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILogger<SessionHub>>();
        var failed = new FailedBatches(logger, app.Services.GetRequiredService<TimeProvider>());
        app.Services.GetRequiredService<SessionHub>().LogFailed += failed.Note;
        app.Services.GetRequiredService<UnreadSessions>().Tell((id, failure) => LogUnread(logger, id, failure));
    }

    [LoggerMessage(LogLevel.Error, "what is stored of session {SessionId}, which has ended, cannot be read: lists pass over it")]
    private static partial void LogUnread(ILogger logger, string sessionId, Exception failure);
}
