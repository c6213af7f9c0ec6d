using System.CommandLine;
using Rollcall.Server;

var urls = new Option<string>("--urls") { DefaultValueFactory = _ => "http://127.0.0.1:7655", Description = "The addresses to listen on." };
var data = new Option<string>("--data") { DefaultValueFactory = _ => "data", Description = "The data directory." };
var serve = new Command("serve", "Runs the hub.") { urls, data };
serve.SetAction(async (parsed, cancel) =>
{
    var options = new RollcallOptions
    {
        Urls = parsed.GetValue(urls)!.Split(';'),
        Data = parsed.GetValue(data)!,
        Sources = Environment.GetEnvironmentVariable("ROLLCALL_SOURCES"),
        DockerSocket = Environment.GetEnvironmentVariable("ROLLCALL_DOCKER_SOCKET") ?? "/var/run/docker.sock",
    };
    await using var app = await RollcallServer.Build(options, TimeProvider.System);
    await app.RunAsync();
});
return await new RootCommand("Knows every live agent session and tells everyone who watches.") { serve }.Parse(args).InvokeAsync();
