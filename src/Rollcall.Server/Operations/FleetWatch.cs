using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Alerts;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Operations;

/// <summary>Everything that watches the fleet as a whole, put together; <see cref="FleetLoops"/> drives it.</summary>
public sealed class FleetWatch : IDisposable
{
    private readonly SessionHub _hub;
    private readonly ILog _log;
    private readonly RollcallOptions _options;
    private readonly TimeProvider _time;
    private readonly AggregateTicker _aggregate;
    private readonly Troubles _troubles;
    private readonly AlertReadings _readings;
    private readonly RealtimeParts _parts;
    private readonly long _startedAt;

    private FleetWatch(RollcallOptions options, ILog log, SessionHub hub, TimeProvider time, FeatureFlags flags, AlertWatch alerts)
    {
        (_options, _log, _hub, _time, Flags, Alerts, _startedAt) = (options, log, hub, time, flags, alerts, time.GetTimestamp());
        var fleet = options.Fleet;
        Health = new PartHealth(time);
        Hosts = new Hosts(Environment.MachineName, fleet, time);
        Machine = new OwnMachine(options.Data, time);
        Docker = new DockerEngine(options.DockerSocket, time);
        Sources = OutsideSource.ReadAll(options.Sources);
        _aggregate = new AggregateTicker(fleet, options.Hub.WorkPeriodGap, time, hub.View, () => hub.Fanout.HasListeners("metrics"), hub.Fanout.Publish);
        Detector = new CountDetector(fleet, time, hub.View, () => flags.Current, hub.Fanout.Publish);
        Poll = new OutsidePoll(Detector, Health, time);
        _troubles = new Troubles(hub.View);
        _readings = new AlertReadings(hub, Hosts, _troubles, time);
        Realtime = new RealtimeTicker(
            fleet, time, () => flags.Current, Health, _parts = Parts(), () => hub.Fanout.HasListeners("metrics"), hub.Fanout.Publish);
        foreach (var source in Sources)
        {
            Detector.Add(source.Name);
        }

        hub.Applied += _aggregate.Observe;
        hub.Applied += Detector.Observe;
        hub.Applied += _troubles.Observe;
    }

    /// <summary>What is switched on.</summary>
    public FeatureFlags Flags { get; }

    /// <summary>The rules, and the alerts that are open.</summary>
    public AlertWatch Alerts { get; }

    /// <summary>Which parts could be had the last time they were asked.</summary>
    public PartHealth Health { get; }

    /// <summary>The machines that are known.</summary>
    public Hosts Hosts { get; }

    /// <summary>The hub's own machine.</summary>
    public OwnMachine Machine { get; }

    /// <summary>Its containers.</summary>
    public DockerEngine Docker { get; }

    /// <summary>Who tells of changes of the number of sessions.</summary>
    public CountDetector Detector { get; }

    /// <summary>The outside sources that are configured.</summary>
    public IReadOnlyList<OutsideSource> Sources { get; }

    /// <summary>Who asks them.</summary>
    public OutsidePoll Poll { get; }

    /// <summary>Who tells <c>realtime_update</c>.</summary>
    public RealtimeTicker Realtime { get; }

    /// <summary>How often what happens.</summary>
    public FleetOptions Options => _options.Fleet;

    /// <summary>Reads what is stored and begins to watch.</summary>
    public static async Task<FleetWatch> Open(RollcallOptions options, ILog log, SessionHub hub, TimeProvider time)
    {
        var flags = await FeatureFlags.Load(log, time);
        return new FleetWatch(options, log, hub, time, flags, await AlertWatch.Load(hub, log, options.Fleet, time, () => flags.Current));
    }

    /// <summary>The same parts told to somebody else, heard or not.</summary>
    internal RealtimeTicker RealtimeTo(Action<HubEvent> tell) => new(Options, _time, () => Flags.Current, Health, _parts, () => true, tell);

    /// <summary>Reads the hub's own machine, unless that is switched off; where it cannot be read, health shows it.</summary>
    /// <returns>Why it could not be read; null when it could.</returns>
    public string? ReadMachine()
    {
        string? error = null;
        try
        {
            Hosts.Report(Hosts.Own, Machine.Read());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            error = failure.Message;
        }

        Health.Note("machine", error);
        return error;
    }

    /// <summary>Asks for the hub's own machine's containers; where they cannot be had, health shows it.</summary>
    /// <returns>Null where there is no engine, or it cannot be asked.</returns>
    public async Task<IReadOnlyList<ContainerFigures>?> ReadContainers(CancellationToken cancel)
    {
        try
        {
            var containers = await Docker.Read(cancel);
            Health.Note("containers", null);
            return containers;
        }
        catch (Exception failure) when (DockerEngine.IsFailure(failure))
        {
            Health.Note("containers", failure.Message);
            return null;
        }
    }

    /// <summary>Looks for alerts once.</summary>
    public async Task Evaluate(CancellationToken cancel)
    {
        if (!Alerts.IsOn)
        {
            return;
        }

        var withHosts = Flags.Current.HostStats;
        IReadOnlyList<ContainerFigures>? containers = null;
        if (withHosts)
        {
            ReadMachine();
            containers = await ReadContainers(cancel);
        }

        await Alerts.Evaluate(_readings.Take(Alerts.Rules, Alerts.Open, containers, withHosts));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hub.Applied -= _aggregate.Observe;
        _hub.Applied -= Detector.Observe;
        _hub.Applied -= _troubles.Observe;
        _aggregate.Dispose();
        Detector.Dispose();
        Poll.Dispose();
        Docker.Dispose();
        Alerts.Dispose();
        Flags.Dispose();
    }

    private RealtimeParts Parts() => new()
    {
        Metrics = _ => new(JsonSerializer.SerializeToElement(
            HubFigures.Of(_hub, _options.Hub.WorkPeriodGap, _time.GetElapsedTime(_startedAt), _time.GetUtcNow()), FigureJson.Default.HubFigures)),
        Hosts = _ => new(HostsNow()),
        Containers = async cancel => await Docker.Read(cancel) is { } containers
            ? JsonSerializer.SerializeToElement(containers, FigureJson.Default.IReadOnlyListContainerFigures)
            : null,
        Sessions = async cancel =>
        {
            var total = await _log.CountAll(null, cancel);
            var view = _hub.View;
            return JsonSerializer.SerializeToElement(
                new SessionCounts(view.Live.Count, total, view.CountsByName()), FigureJson.Default.SessionCounts);
        },
        Sources = _ => new(SourcesNow()),
    };

    /// <summary>Every machine by name; when the own one cannot be read and there is no other, that is the whole part's failure.</summary>
    private JsonElement HostsNow()
    {
        var error = ReadMachine();
        var hosts = Hosts.All.ToDictionary(pair => pair.Key, pair => JsonSerializer.SerializeToElement(pair.Value, FigureJson.Default.Host));
        if (error is not null)
        {
            hosts[Hosts.Own] = hosts.Keys.Any(name => name != Hosts.Own)
                ? JsonSerializer.SerializeToElement(new PartError(error), FigureJson.Default.PartError)
                : throw new IOException(error);
        }

        return JsonSerializer.SerializeToElement(hosts, FigureJson.Default.IReadOnlyDictionaryStringJsonElement);
    }

    private JsonElement? SourcesNow()
    {
        if (Sources.Count == 0)
        {
            return null;
        }

        var counts = Detector.Sources.Where(source => source.Source != SourceCount.Own).ToDictionary(
            source => source.Source,
            source => source switch
            {
                { Error: { } error } => JsonSerializer.SerializeToElement(new PartError(error), FigureJson.Default.PartError),
                { Current: { } count } => JsonSerializer.SerializeToElement(count, FigureJson.Default.Int64),
                _ => JsonSerializer.SerializeToElement(new PartError("was not asked yet"), FigureJson.Default.PartError),
            });
        return JsonSerializer.SerializeToElement(counts, FigureJson.Default.IReadOnlyDictionaryStringJsonElement);
    }
}

/// <summary>Registers what watches the fleet.</summary>
public static class FleetWatchRegistration
{
    /// <summary>Its loops start and stop with the app.</summary>
    public static IServiceCollection AddFleetWatch(this IServiceCollection services, FleetWatch watch) => services
        .AddSingleton(watch)
        .AddSingleton(watch.Flags)
        .AddHostedService(provider => new FleetLoops(
            watch, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FleetLoops>>()));
}
