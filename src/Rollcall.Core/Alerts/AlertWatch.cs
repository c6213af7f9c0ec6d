using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Core.Alerts;

/// <summary>
/// Gives alerts their place in the log: one evaluation at a time, with the rules that hold now. What was told lately is
/// taken from the log at start, so that the cool-down survives a restart. Safe from any thread.
/// </summary>
public sealed class AlertWatch : IDisposable
{
    private const string Document = "alert_rules";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<(AlertKind, string?), DateTimeOffset> _lastTold = [];
    private readonly SessionHub _hub;
    private readonly ILog _log;
    private readonly FleetOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<Flags> _flags;
    private volatile AlertRules _rules;

    private AlertWatch(SessionHub hub, ILog log, FleetOptions options, TimeProvider time, Func<Flags> flags, AlertRules rules) =>
        (_hub, _log, _options, _time, _flags, _rules) = (hub, log, options, time, flags, rules);

    /// <summary>The rules that hold now.</summary>
    public AlertRules Rules => _rules;

    /// <summary>Whether alerts are told at all.</summary>
    public bool IsOn => _flags().Alerts;

    /// <summary>The alerts that are not resolved, the oldest first.</summary>
    public IReadOnlyList<OpenAlert> Open => _hub.View.State.OpenAlerts;

    /// <summary>Takes over the stored rules and what was told within the cool-down.</summary>
    public static async Task<AlertWatch> Load(SessionHub hub, ILog log, FleetOptions options, TimeProvider time, Func<Flags> flags)
    {
        var stored = await log.ReadDocument(Document).ConfigureAwait(false);
        using var json = JsonDocument.Parse(stored ?? "{}");
        var watch = new AlertWatch(hub, log, options, time, flags, AlertRules.Default.Merge(json.RootElement).Value ?? AlertRules.Default);
        var lately = await log.Read(new LogRange(Event: "system_alert", Limit: 1000, Last: true)).ConfigureAwait(false);
        foreach (var entry in lately.Where(entry => time.GetUtcNow() - entry.Time < options.CoolDown))
        {
            if (EventNames.Parse(entry.Event, entry.Payload) is SystemAlert told && AlertEngine.KeyOf(told) is { } key)
            {
                watch._lastTold[key] = told.Time;
            }
        }

        return watch;
    }

    /// <summary>Judges the figures and records what comes of it; with alerts switched off, nothing.</summary>
    public async Task<IReadOnlyList<HubEvent>> Evaluate(IReadOnlyList<Reading> readings)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!IsOn)
            {
                return [];
            }

            var now = _time.GetUtcNow();
            foreach (var (key, _) in _lastTold.Where(pair => pair.Value > now).ToList())
            {
                // The clock was put back: as if it was told now.
                _lastTold[key] = now;
            }

            var events = AlertEngine.Evaluate(_rules, readings, Open, _lastTold, now, _options, NewId);
            foreach (var happened in events)
            {
                await _hub.Record(happened).ConfigureAwait(false);
                if (happened is SystemAlert told && AlertEngine.KeyOf(told) is { } key)
                {
                    _lastTold[key] = now;
                }
            }

            foreach (var (key, _) in _lastTold.Where(pair => now - pair.Value >= _options.CoolDown).ToList())
            {
                _lastTold.Remove(key);
            }

            return events;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Notes that somebody has seen an alert; the first time only. False when no such alert is open.</summary>
    public async ValueTask<bool> Acknowledge(string id, string by)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Open.FirstOrDefault(open => open.Alert.Id == id) is not { } found)
            {
                return false;
            }

            if (found.AcknowledgedBy is null)
            {
                await _hub.Record(new AlertAcknowledged { Id = id, By = by }).ConfigureAwait(false);
            }

            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Changes the rules that a JSON object names.</summary>
    public async ValueTask<Checked<AlertRules>> Change(JsonElement patch, string principal)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var merged = _rules.Merge(patch);
            if (merged.IsValid)
            {
                var audit = new AuditEntry(_time.GetUtcNow(), principal, "alert_rules.change", patch.GetRawText());
                await _log.WriteDocument(Document, merged.Value.ToJson(), audit).ConfigureAwait(false);
                _rules = merged.Value;
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

    private string NewId() => $"alert_{Guid.CreateVersion7(_time.GetUtcNow())}";
}
