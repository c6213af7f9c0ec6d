using System.Text.Json;
using Rollcall.Core.Log;

namespace Rollcall.Core.Fleet;

/// <summary>The flags that hold now. A change is durable and audited before it holds, and then it holds at once. Safe from any thread.</summary>
public sealed class FeatureFlags : IDisposable
{
    private const string Document = "flags";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ILog _log;
    private readonly TimeProvider _time;
    private volatile Flags _current;

    private FeatureFlags(ILog log, TimeProvider time, Flags current) => (_log, _time, _current) = (log, time, current);

    /// <summary>The flags at this moment: ask each time, keep nothing.</summary>
    public Flags Current => _current;

    /// <summary>Takes over what is stored; what a stored document does not name is on.</summary>
    public static async Task<FeatureFlags> Load(ILog log, TimeProvider time)
    {
        var stored = await log.ReadDocument(Document).ConfigureAwait(false);
        using var json = JsonDocument.Parse(stored ?? "{}");
        return new FeatureFlags(log, time, Flags.AllOn.Merge(json.RootElement).Value ?? Flags.AllOn);
    }

    /// <summary>Changes the flags that a JSON object names.</summary>
    /// <param name="patch">Such as <c>{"alerts": false}</c>.</param>
    /// <param name="principal">Who, for the audit log.</param>
    public async ValueTask<Checked<Flags>> Change(JsonElement patch, string principal)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var merged = _current.Merge(patch);
            if (merged.IsValid && merged.Value != _current)
            {
                var audit = new AuditEntry(_time.GetUtcNow(), principal, "flags.change", patch.GetRawText());
                await _log.WriteDocument(Document, merged.Value.ToJson(), audit).ConfigureAwait(false);
                _current = merged.Value;
            }

            return merged;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
