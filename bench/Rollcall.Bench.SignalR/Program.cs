using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

// The peer: what a team would write with SignalR to tell every dashboard what one request says. It stores nothing.
var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseKestrelHttpsConfiguration();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
// The load client sends no pings, so that silence must not end its connections.
builder.Services.AddSignalR(options => options.ClientTimeoutInterval = TimeSpan.FromHours(1));

await using var app = builder.Build();
app.MapGet("/readyz", () => "ready");
app.MapHub<Watchers>("/hub");
app.MapPost("/publish/{name}", async (string name, JsonElement payload, IHubContext<Watchers> hub) =>
{
    await hub.Clients.All.SendAsync(name, payload);
    return TypedResults.NoContent();
});
await app.RunAsync();

/// <summary>Everybody who watches; nobody calls.</summary>
internal sealed class Watchers : Hub;
