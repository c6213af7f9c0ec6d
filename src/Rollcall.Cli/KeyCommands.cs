using System.CommandLine;
using System.Globalization;
using Rollcall.Server;
using Rollcall.Server.Configuration;
using Rollcall.Server.Security;

namespace Rollcall.Cli;

/// <summary><c>rollcall key create|list|revoke</c>: changes the keys of a data directory; a hub that runs there follows at once.</summary>
internal static class KeyCommands
{
    private const int MostDays = 36_500;

    public static Command Make(TimeProvider time)
    {
        var data = DataCommand.Option();
        return new Command("key", "Who may use a hub, and for what.") { Create(data, time), List(data, time), Revoke(data, time) };
    }

    private static Command Create(Option<string> data, TimeProvider time)
    {
        var scope = new Option<string[]>("--scope") { Description = $"What it may do: {ScopeNames.List}.", Required = true, AllowMultipleArgumentsPerToken = true };
        var project = new Option<string[]>("--project") { Description = "Only the sessions of this project; may repeat." };
        var expires = new Option<string?>("--expires") { Description = "When it ends: a duration such as 90d, or a time such as 2030-01-31T00:00:00Z." };
        var name = new Option<string?>("--name") { Description = "What you call it." };
        var create = new Command("create", "Make a key; it is shown once.") { scope, project, expires, name, data };
        create.SetAction(parsed => DataCommand.Run(() =>
        {
            var scopes = ScopeNames.Parse(parsed.GetValue(scope)!.SelectMany(names => names.Split(',')))
                ?? throw new RefusedToStartException($"--scope must be of {ScopeNames.List}");
            var projects = Projects(parsed.GetValue(project));
            var called = parsed.GetValue(name) is { } given ? OnOneLine("--name", given) : null;
            var (key, credential) = Key.Make(scopes, projects, called, Expiry(parsed.GetValue(expires), time.GetUtcNow()), time.GetUtcNow());
            KeyFile.Change(parsed.GetValue(data)!, keys => [.. keys, key]);
            Console.Error.WriteLine($"Key {key.Id} ({string.Join(", ", key.Scopes)}). It is not shown again:");
            Console.Out.WriteLine(credential);
        }));
        return create;
    }

    private static Command List(Option<string> data, TimeProvider time)
    {
        var list = new Command("list", "Show the keys, without their secrets.") { data };
        list.SetAction(parsed => DataCommand.Run(() =>
        {
            foreach (var key in KeyFile.Read(parsed.GetValue(data)!))
            {
                var state = key.RevokedAt is not null ? "revoked" : key.IsValidAt(time.GetUtcNow()) ? "valid" : "expired";
                var until = key.ExpiresAt is { } end ? "until " + end.ToString("u", CultureInfo.InvariantCulture) : "";
                Console.Out.WriteLine(string.Join('\t', key.Id, state, string.Join(',', key.Scopes), string.Join(',', key.Projects ?? ["*"]), key.Name, until).TrimEnd());
            }
        }));
        return list;
    }

    private static Command Revoke(Option<string> data, TimeProvider time)
    {
        var id = new Argument<string>("id") { Description = "The key's id, as key list shows it." };
        var revoke = new Command("revoke", "End a key; its connections are closed within a second.") { id, data };
        revoke.SetAction(parsed => DataCommand.Run(() =>
        {
            var wanted = parsed.GetValue(id)!;
            KeyFile.Change(parsed.GetValue(data)!, keys => keys.Any(key => key.Id == wanted)
                ? [.. keys.Select(key => key.Id == wanted ? key with { RevokedAt = key.RevokedAt ?? time.GetUtcNow() } : key)]
                : throw new RefusedToStartException($"there is no key {wanted}"));
            Console.Error.WriteLine($"Key {wanted} is revoked.");
        }));
        return revoke;
    }

    private static string[]? Projects(string[]? given) => given is not { Length: > 0 } ? null
        : Array.Exists(given, string.IsNullOrWhiteSpace) ? throw new RefusedToStartException("--project must name a project; leave it out for all")
        : [.. given.Select(name => OnOneLine("--project", name))];

    /// <summary>What stands on one line of a list, between tabs.</summary>
    private static string OnOneLine(string option, string given) => given.Any(char.IsControl)
        ? throw new RefusedToStartException($"{option} must have no tabs, newlines or other control characters")
        : given;

    private static DateTimeOffset? Expiry(string? text, DateTimeOffset now)
    {
        if (text is null)
        {
            return null;
        }

        var after = SettingText.Duration(text);
        if (after > TimeSpan.FromDays(MostDays))
        {
            throw new RefusedToStartException($"--expires must be at most {MostDays}d");
        }

        var at = now + after ?? Protocol.Rfc3339.Parse(text)?.ToUniversalTime()
            ?? throw new RefusedToStartException("--expires must be a duration such as 90d, or an RFC 3339 time such as 2030-01-31T00:00:00Z");
        return at > now ? at : throw new RefusedToStartException("--expires must be in the future");
    }
}
