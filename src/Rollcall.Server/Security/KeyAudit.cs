using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Core.Log;

namespace Rollcall.Server.Security;

/// <summary>
/// Writes down which keys were made, revoked and removed. The command line does that in a file, with a hub or without; the hub, which
/// has the log, holds the file against the keys that it has written down, when it starts and whenever the file has changed.
/// </summary>
internal sealed partial class KeyAudit(KeyRing keys, ILog log, TimeProvider time, ILogger<KeyAudit> logger) : IHostedService, IDisposable
{
    /// <summary>Who is said to have done it.</summary>
    private const string Who = "command line";

    /// <summary>The document that says of each key that was written down whether it was revoked.</summary>
    private const string Document = "keys";

    private readonly SemaphoreSlim _turn = new(1, 1);

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
            var json = await log.ReadDocument(Document);
            var written = json is null ? [] : JsonSerializer.Deserialize(json, KeyJson.Default.DictionaryStringBoolean)!;
            foreach (var (id, revoked, action) in Changes(written, keys.All))
            {
                written.Remove(id);
                if (revoked is { } value)
                {
                    written.Add(id, value);
                }

                await log.WriteDocument(
                    Document, JsonSerializer.Serialize(written, KeyJson.Default.DictionaryStringBoolean), new AuditEntry(time.GetUtcNow(), Who, action, id));
            }
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

    /// <summary>What is other: each key, whether it is revoked then (null where it is gone), and what that is called.</summary>
    private static List<(string Id, bool? Revoked, string Action)> Changes(Dictionary<string, bool> written, IReadOnlyCollection<Key> present)
    {
        var changes = new List<(string, bool?, string)>();
        foreach (var key in present.OrderBy(key => key.CreatedAt))
        {
            var isWritten = written.TryGetValue(key.Id, out var wasRevoked);
            var isRevoked = key.RevokedAt is not null;
            if (!isWritten)
            {
                changes.Add((key.Id, false, "key.create"));
            }

            if (isRevoked && !wasRevoked)
            {
                changes.Add((key.Id, true, "key.revoke"));
            }
        }

        var ids = present.Select(key => key.Id).ToHashSet();
        changes.AddRange(written.Keys.Where(id => !ids.Contains(id)).Select(id => (id, (bool?)null, "key.remove")));
        return changes;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "which keys have changed could not be written down")]
    private partial void LogFailed(Exception failure);
}
