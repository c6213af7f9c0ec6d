using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

public sealed class UsageTests
{
    private readonly Life _life = Life.Begun();

    [Fact]
    public void Figures_are_increments_and_the_total_is_input_and_output()
    {
        Use(input: 10, output: 5, cacheRead: 4, cacheWrite: 2);
        var usage = Use(input: 1, output: 2);
        Assert.Equal((11, 7, 18, 4, 2), (
            Number(usage, "input_tokens"), Number(usage, "output_tokens"), Number(usage, "total_tokens"),
            Number(usage, "cache_read_tokens"), Number(usage, "cache_write_tokens")));
    }

    [Fact]
    public void Orc_an_unknown_cost_looked_like_no_cost_it_is_null_and_never_0()
    {
        var usage = Use(input: 10);
        Assert.Equal("null", usage.GetProperty("cost_usd").GetRawText());
        Assert.Equal("unknown", usage.GetProperty("cost_source").GetString());
    }

    [Fact]
    public void A_cost_of_0_that_was_reported_is_0()
    {
        var usage = Use(input: 1, cost: 0);
        Assert.Equal((0m, "reported"), (usage.GetProperty("cost_usd").GetDecimal(), usage.GetProperty("cost_source").GetString()));
    }

    [Fact]
    public void Money_is_exact_to_the_micro_dollar()
    {
        for (var i = 0; i < 1000; i++)
        {
            Use(cost: 0.000001m);
        }

        Use(cost: 0.1m);
        Assert.Equal(0.301m, Use(cost: 0.2m).GetProperty("cost_usd").GetDecimal());
        Assert.Equal(0.301001m, Use(cost: 0.0000012m).GetProperty("cost_usd").GetDecimal());
    }

    [Fact]
    public void A_cost_beside_tokens_without_a_price_is_mixed_in_either_order()
    {
        Assert.Equal("reported", Source(Use(input: 1, cost: 1)));
        Assert.Equal("mixed", Source(Use(input: 1)));
        var other = Life.Begun();
        other.Do(new ReportUsage { SessionId = Life.Id, InputTokens = 1 });
        Assert.Equal("mixed", Source(Usage(other.Do(new ReportUsage { SessionId = Life.Id, CostUsd = 1 })[0])));
    }

    [Fact]
    public void The_model_that_was_used_becomes_the_sessions()
    {
        var told = _life.Do(new ReportUsage { SessionId = Life.Id, InputTokens = 1, Model = "opus" })[0];
        Assert.Equal(["model", "seq", "session_id", "time", "updated_at", "usage", "version"], Life.Keys(told));
    }

    [Fact]
    public void A_report_of_nothing_tells_nothing() => Assert.Empty(_life.Do(new ReportUsage { SessionId = Life.Id }));

    [Theory]
    [InlineData("input_tokens")]
    [InlineData("output_tokens")]
    [InlineData("cache_read_tokens")]
    [InlineData("cache_write_tokens")]
    [InlineData("cost_usd")]
    public void A_report_that_takes_the_session_beyond_what_any_uses_is_refused_and_names_the_field(string field)
    {
        Report(field, field == "cost_usd" ? 999_999_999 : 999_999_999_999);
        Report(field, 1);
        _life.Refuses(One(field, 1), ErrorCodes.InvalidRequest, field);
        Report(field == "input_tokens" ? "output_tokens" : "input_tokens", 1);

        void Report(string which, long figure) => Assert.Single(_life.Do(One(which, figure)));
        static ReportUsage One(string which, long figure) => Life.Parsed($$"""{"session_id":"{{Life.Id}}","{{which}}":{{figure}}}""")
            .Deserialize(ProtocolJson.Default.ReportUsage)!;
    }

    [Fact]
    public void The_sums_of_a_fleet_stop_where_a_client_still_reads_them_exactly()
    {
        var period = WorkPeriod.Begin(DateTimeOffset.UnixEpoch);
        var most = new Session(new SessionView { Id = "a", Usage = new Usage { InputTokens = 1_000_000_000_000, OutputTokens = 1_000_000_000_000 } });
        for (var i = 0; i < 10_000; i++)
        {
            period = period.Apply(null, most, new SessionUpdated { SessionId = "a" }, TimeSpan.FromHours(1));
        }

        Assert.Equal((1L << 52, 1L << 53), (period.InputTokens, period.At(DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1)).TotalTokens));
    }

    private static long Number(JsonElement usage, string field) => usage.GetProperty(field).GetInt64();

    private static string? Source(JsonElement usage) => usage.GetProperty("cost_source").GetString();

    private static JsonElement Usage(SessionEvent told) => Life.Json(told).GetProperty("usage");

    private JsonElement Use(long? input = null, long? output = null, long? cacheRead = null, long? cacheWrite = null, decimal? cost = null) =>
        Usage(_life.Do(new ReportUsage
        {
            SessionId = Life.Id, InputTokens = input, OutputTokens = output, CacheReadTokens = cacheRead, CacheWriteTokens = cacheWrite,
            CostUsd = cost,
        })[0]);
}
