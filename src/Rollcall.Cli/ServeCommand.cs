using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
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
            using var files = RefuseLargeFiles();
            await using var app = await RollcallServer.Build(options, TimeProvider.System);
            await Listen(app, cancel);
            await Console.Out.WriteLineAsync($"Rollcall listens on {string.Join(", ", app.Urls)}, data in {Path.GetFullPath(options.Data)}");
            await app.WaitForShutdownAsync(cancel);
            return 0;
        }
        catch (Exception refused) when (refused is RefusedToStartException or LogUnusableException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
    }

    /// <summary>A write beyond what the system lets a file have fails, as on a full disk, where it would end the program (SIGXFSZ); null where there is no such limit.</summary>
    private static PosixSignalRegistration? RefuseLargeFiles() =>
        OperatingSystem.IsLinux() ? PosixSignalRegistration.Create((PosixSignal)25, signal => signal.Cancel = true) : null;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="RefusedToStartException">The web server cannot use an address or a certificate, and says so by an exception of no kind of its own.</exception>
    private static async Task Listen(WebApplication app, CancellationToken cancel)
    {
        try
        {
            await Start(app, cancel);
        }
        catch (SocketException failure)
        {
            throw new RefusedToStartException($"An address cannot be listened on: {failure.Message}.", failure);
        }
        catch (CryptographicException failure)
        {
            throw new RefusedToStartException($"A certificate or its key cannot be used: {failure.Message}", failure);
        }
        catch (InvalidOperationException failure) when (failure.Source?.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true)
        {
            throw new RefusedToStartException(failure.Message, failure);
        }
    }

    /// <summary>Where something does not start, what had begun ends in order: else it would be cut off at its work, and log that.</summary>
    private static async Task Start(WebApplication app, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch
        {
            try
            {
                await app.StopAsync(CancellationToken.None);
            }
            catch (Exception second) when (second is not OutOfMemoryException)
            {
                // Why it did not start is what is told.
            }

            throw;
        }
    }
}
