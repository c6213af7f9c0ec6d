using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

public sealed class RealtimeTickerTests
{
    private readonly TestClock _clock = new();
    private readonly List<HubEvent> _told = [];
    private readonly List<string> _asked = [];
    private readonly PartHealth _health;
    private readonly Dictionary<string, Func<CancellationToken, ValueTask<JsonElement?>>> _answers = [];
    private Flags _flags = Flags.AllOn;
    private bool _heard = true;

    public RealtimeTickerTests()
    {
        _health = new PartHealth(_clock);
        foreach (var name in new[] { "metrics", "hosts", "containers", "sessions", "sources" })
        {
            _answers[name] = _ => new(JsonDocument.Parse($$"""{"name":"{{name}}"}""").RootElement);
        }
    }

    [Fact]
    public async Task Every_3_s_all_parts_are_told_in_one_message()
    {
        Assert.Equal(TimeSpan.FromSeconds(3), await Beat());
        var payload = Payload();
        Assert.Equal(
            ["containers", "hosts", "metrics", "seq", "sessions", "sources", "time"],
            payload.EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal("hosts", payload.GetProperty("hosts").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Sessions_that_failed_are_no_failure_of_their_part()
    {
        _answers["sessions"] = _ => new(JsonDocument.Parse("""{"active_count":1,"by_status":{"error":1}}""").RootElement);
        Assert.Equal(TimeSpan.FromSeconds(3), await Beat());
    }

    [Fact]
    public async Task With_nobody_listening_nothing_is_asked_and_nothing_told()
    {
        _heard = false;
        Assert.Equal(TimeSpan.FromSeconds(3), await Beat());
        Assert.Empty(_asked);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_part_that_fails_says_so_disturbs_no_other_and_the_next_comes_after_5_s()
    {
        _answers["containers"] = _ => throw new IOException("no engine");
        Assert.Equal(TimeSpan.FromSeconds(5), await Beat());
        Assert.Equal("""{"error":"no engine"}""", Payload().GetProperty("containers").GetRawText());
        Assert.Equal("metrics", Payload().GetProperty("metrics").GetProperty("name").GetString());
        Assert.Equal("no engine", _health.Parts["containers"].Error);
        Assert.Null(_health.Parts["hosts"].Error);
        _answers["containers"] = _ => new((JsonElement?)null);
        Assert.Equal(TimeSpan.FromSeconds(3), await Beat());
        Assert.False(Payload().TryGetProperty("containers", out _));
        Assert.Null(_health.Parts["containers"].Error);
    }

    [Fact]
    public async Task A_part_that_hangs_counts_as_failed()
    {
        _answers["hosts"] = async cancel =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancel);
            return null;
        };
        var beat = Beat();
        _clock.Advance(TimeSpan.FromSeconds(2.5));
        Assert.Equal(TimeSpan.FromSeconds(5), await beat);
        Assert.Equal("gave no answer within 2.5 s", Payload().GetProperty("hosts").GetProperty("error").GetString());
    }

    [Fact]
    public async Task The_number_of_sessions_is_that_of_the_end_however_long_another_part_takes()
    {
        var (count, engine) = (0, new TaskCompletionSource<JsonElement?>());
        _answers["containers"] = _ => new(engine.Task);
        foreach (var own in new[] { "metrics", "sessions" })
        {
            _answers[own] = _ => new(JsonDocument.Parse($$"""{"active":{{count}}}""").RootElement);
        }

        var beat = Beat();
        count = 1;
        engine.SetResult(null);
        await beat;
        Assert.Equal(1, Payload().GetProperty("sessions").GetProperty("active").GetInt32());
        Assert.Equal(1, Payload().GetProperty("metrics").GetProperty("active").GetInt32());
    }

    [Fact]
    public async Task A_failed_outside_source_slows_the_next_one_down_too()
    {
        _answers["sources"] = _ => new(JsonDocument.Parse("""{"kato":{"error":"HTTP 500"},"other":3}""").RootElement);
        Assert.Equal(TimeSpan.FromSeconds(5), await Beat());
    }

    [Fact]
    public async Task Switching_host_stats_off_takes_hosts_and_containers_away_and_breaks_nothing_else()
    {
        _flags = Flags.AllOn with { HostStats = false };
        Assert.Equal(TimeSpan.FromSeconds(3), await Beat());
        Assert.Equal(["metrics", "seq", "sessions", "sources", "time"], Payload().EnumerateObject().Select(field => field.Name).Order());
        Assert.DoesNotContain("containers", _asked);
        _flags = Flags.AllOn;
        await Beat();
        Assert.True(Payload().TryGetProperty("hosts", out _));
    }

    [Fact]
    public async Task Switched_off_nothing_is_told_and_switched_on_it_goes_on_at_once()
    {
        _flags = Flags.AllOn with { RealtimeUpdates = false };
        await Beat();
        Assert.Empty(_told);
        _flags = Flags.AllOn;
        await Beat();
        Assert.Single(_told);
    }

    [Fact]
    public async Task A_part_that_was_not_waited_for_is_not_said_to_be_back()
    {
        _answers["sources"] = _ => throw new IOException("down");
        await Beat();
        using var cancel = new CancellationTokenSource();
        _answers["sources"] = async given =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, given);
            return null;
        };
        var beat = Beat(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => beat);
        Assert.Equal(("down", 1), (_health.Parts["sources"].Error, _health.Parts["sources"].Failures));
    }

    [Fact]
    public void What_several_threads_note_of_a_part_is_counted_each_time()
    {
        const int times = 50_000;
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < times; i++)
            {
                _health.Note("docker", "broken");
            }
        });
        Assert.Equal(4 * times, _health.Parts["docker"].Failures);
    }

    [Fact]
    public void Health_says_when_a_part_fails_and_when_it_is_back_and_not_each_time()
    {
        var changes = new List<string>();
        _health.Changed += (part, error) => changes.Add($"{part}: {error ?? "back"}");
        foreach (var error in new[] { null, "broken", "broken", null, null })
        {
            _health.Note("docker", error);
        }

        Assert.Equal(["docker: broken", "docker: back"], changes);
        Assert.Equal(2, _health.Parts["docker"].Failures);
    }

    private Task<TimeSpan> Beat(CancellationToken? cancelled = null)
    {
        RealtimePart Part(string name) => cancel =>
        {
            _asked.Add(name);
            return _answers[name](cancel);
        };
        var parts = new RealtimeParts
        {
            Metrics = Part("metrics"),
            Hosts = Part("hosts"),
            Containers = Part("containers"),
            Sessions = Part("sessions"),
            Sources = Part("sources"),
        };
        return new RealtimeTicker(new FleetOptions(), _clock, () => _flags, _health, parts, () => _heard, _told.Add)
            .Beat(cancelled ?? TestContext.Current.CancellationToken);
    }

    private JsonElement Payload() => JsonDocument.Parse(EventNames.Payload(_told[^1])).RootElement;
}
