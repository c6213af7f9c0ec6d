using System.CommandLine;
using Rollcall.Core.Log;
using Rollcall.Server;
using Rollcall.Server.Configuration;

namespace Rollcall.Cli;

/// <summary><c>rollcall serve</c>: runs a hub until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Make()
    {
        var urls = new Option<string[]>("--urls") { Description = "The addresses to listen on (ROLLCALL_URLS).", AllowMultipleArgumentsPerToken = true };
        var data = new Option<string?>("--data") { Description = "The data directory (ROLLCALL_DATA)." };
        var requireKeys = new Option<bool>("--require-keys") { Description = "Ask for a key on loopback, too (ROLLCALL_REQUIRE_KEYS)." };
        var serve = new Command("serve", "Run a hub. Every other setting is a variable: see docs/configuration.md.") { urls, data, requireKeys };
        serve.SetAction((parsed, cancel) => Run(
            string.Join(';', parsed.GetValue(urls) ?? []), parsed.GetValue(data), parsed.GetValue(requireKeys) ? "true" : null, cancel));
        return serve;
    }

    private static async Task<int> Run(string urls, string? data, string? requireKeys, CancellationToken cancel)
    {
        try
        {
            var options = Settings.Read(Environment.GetEnvironmentVariable)
                .With("ROLLCALL_URLS", urls).With("ROLLCALL_DATA", data).With("ROLLCALL_REQUIRE_KEYS", requireKeys);
            await using var app = await RollcallServer.Build(options, TimeProvider.System);
            await app.StartAsync(cancel);
            await Console.Out.WriteLineAsync($"Rollcall listens on {string.Join(", ", app.Urls)}, data in {Path.GetFullPath(options.Data)}");
            await app.WaitForShutdownAsync(cancel);
            return 0;
        }
        catch (Exception refused) when (refused is RefusedToStartException or LogUnusableException or InvalidDataException or IOException)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
    }
}
