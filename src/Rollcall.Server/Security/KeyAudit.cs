using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Core.Log;

namespace Rollcall.Server.Security;

/// <summary>
/// Writes down which keys were made, changed, revoked and removed. The command line does that in a file, with a hub or without; the hub, which
/// has the log, holds the file against the keys that it has written down, when it starts and whenever the file has changed.
/// </summary>
internal sealed partial class KeyAudit(KeyRing keys, ILog log, TimeProvider time, ILogger<KeyAudit> logger) : IHostedService, IDisposable
{
    /// <summary>Who is said to have done it.</summary>
    private const string Who = "command line";

    /// <summary>Who is said to have taken over what an earlier hub wrote down.</summary>
    private const string Hub = "hub";

    /// <summary>The document that says of each key that was written down what it was: its print, or that it was revoked.</summary>
    private const string Document = "key_prints";

    /// <summary>The document of earlier hubs, which says only whether it was revoked.</summary>
    private const string EarlierDocument = "keys";

    private const string Revoked = "revoked";

    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>What the document says; null until it was read.</summary>
    private Dictionary<string, string>? _written;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        keys.Changed += WriteSoon;
        return Write();
    }

    /// <summary>Takes the turn for good: the log is closed next.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        keys.Changed -= WriteSoon;
        await _turn.WaitAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private void WriteSoon() => _ = Task.Run(Write);

    private async Task Write()
    {
        await _turn.WaitAsync();
#pragma warning disable CA1031 // What could not be written is when the file changes again, or at the next start.
        try
        {
            var present = keys.All;
            var written = _written ?? await Read(present);
            _written = null;
            foreach (var (id, state, action) in Changes(written, present))
            {
                written.Remove(id);
                if (state is not null)
                {
                    written.Add(id, state);
                }

                await Store(written, Who, action, id);
            }

            _written = written;
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
        finally
        {
            _turn.Release();
        }
#pragma warning restore CA1031
    }

    private async Task<Dictionary<string, string>> Read(IReadOnlyCollection<Key> present)
    {
        if (await log.ReadDocument(Document) is { } json)
        {
            return JsonSerializer.Deserialize(json, KeyJson.Default.DictionaryStringString)!;
        }

        return await log.ReadDocument(EarlierDocument) is { } earlier ? await TakeOver(earlier, present) : [];
    }

    /// <summary>What an earlier hub wrote down is taken to be what it is now, once: written down at once, so that the next start sees what changed since.</summary>
    private async Task<Dictionary<string, string>> TakeOver(string json, IReadOnlyCollection<Key> present)
    {
        var prints = present.ToDictionary(key => key.Id, key => key.Print());
        var written = JsonSerializer.Deserialize(json, KeyJson.Default.DictionaryStringBoolean)!
            .ToDictionary(key => key.Key, key => key.Value ? Revoked : prints.GetValueOrDefault(key.Key, ""));
        await Store(written, Hub, "key.adopt", string.Join(' ', written.Keys));
        return written;
    }

    private ValueTask Store(Dictionary<string, string> written, string who, string action, string detail) => log.WriteDocument(
        Document, JsonSerializer.Serialize(written, KeyJson.Default.DictionaryStringString), new AuditEntry(time.GetUtcNow(), who, action, detail));

    /// <summary>What is other: each key, what it is then (null where it is gone), and what that is called.</summary>
    private static List<(string Id, string? State, string Action)> Changes(Dictionary<string, string> written, IReadOnlyCollection<Key> present)
    {
        var changes = new List<(string, string?, string)>();
        foreach (var key in present.OrderBy(key => key.CreatedAt))
        {
            var (was, print) = (written.GetValueOrDefault(key.Id), key.Print());
            if (was is null)
            {
                changes.Add((key.Id, print, "key.create"));
            }

            if (key.RevokedAt is null ? was is not null && was != print : was != Revoked)
            {
                changes.Add(key.RevokedAt is null ? (key.Id, print, "key.change") : (key.Id, Revoked, "key.revoke"));
            }
        }

        var ids = present.Select(key => key.Id).ToHashSet();
        changes.AddRange(written.Keys.Where(id => !ids.Contains(id)).Select(id => (id, (string?)null, "key.remove")));
        return changes;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "which keys have changed could not be written down")]
    private partial void LogFailed(Exception failure);
}
