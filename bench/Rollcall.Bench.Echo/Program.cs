using Rollcall.Bench.Echo;

// The limit of what a request over HTTP can be here: the same route and body, read and sent back. Nothing else, but with
// --store DIR: then it is durable before it is sent back.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);

await using var app = builder.Build();
using var store = app.Configuration["store"] is { } directory ? new Store(directory) : null;
app.MapGet("/readyz", () => "ready");
app.MapPost("/api/v1/sessions/{id}/status", async (string id, HttpRequest request, HttpResponse response) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    if (store is not null)
    {
        await store.Add(id);
    }

    response.ContentType = "application/json";
    response.ContentLength = body.Length;
    await response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length));
});
await app.RunAsync();
