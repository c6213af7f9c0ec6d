using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Core.Fleet;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Operations;
using Xunit;

namespace Rollcall.Server.Tests.Operations;

public sealed class OutsidePollTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly List<HubEvent> _told = [];
    private readonly CountDetector _detector;
    private readonly PartHealth _health;
    private RequestDelegate _answer = Json("""{"active_session_count": 3}""");
    private LocalServer _server = null!;
    private string? _authorization;

    public OutsidePollTests()
    {
        var view = FleetView.Of(0, [], FleetState.Begin(_clock.Now));
        _detector = new CountDetector(new FleetOptions(), _clock, view, () => Flags.AllOn, _told.AddRange);
        _health = new PartHealth(_clock);
    }

    public async ValueTask InitializeAsync() => _server = await LocalServer.Start(context =>
    {
        _authorization = context.Request.Headers.Authorization;
        return _answer(context);
    });

    public ValueTask DisposeAsync()
    {
        _detector.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task A_change_of_an_outside_count_is_told_as_a_session_event_of_that_source()
    {
        await Ask();
        _answer = Json("""{"active_session_count": 5}""");
        await Ask();
        var told = Assert.IsType<SessionCountChanged>(Assert.Single(_told));
        Assert.Equal(("kato", 3, 5, 2, "session_created"), (told.Source, told.PreviousCount, told.CurrentCount, told.Delta, told.EventType));
    }

    [Fact]
    public async Task A_wrong_key_is_a_failure_and_not_a_count_that_is_always_0()
    {
        await Ask("active_sessions");
        Assert.Null(Known.Current);
        Assert.Equal("the answer has no active_sessions (active_sessions is missing)", Known.Error);
        Assert.Equal(Known.Error, _health.Parts["source kato"].Error);
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData(404, "{}", "answered HTTP 404")]
    [InlineData(500, """{"active_session_count": 0}""", "answered HTTP 500")]
    [InlineData(302, "", "answered HTTP 302")]
    [InlineData(200, "<html>", "the answer is not JSON")]
    [InlineData(200, """{"active_session_count": "3"}""", "active_session_count is not a whole number from 0 on, but String")]
    [InlineData(200, """{"active_session_count": -1}""", "active_session_count is not a whole number from 0 on, but Number")]
    [InlineData(200, """{"error": "redis is away"}""", "the answer has no active_session_count (active_session_count is missing)")]
    public async Task A_source_that_turns_bad_announces_no_mass_death_and_is_believed_again_when_it_is_well(int status, string body, string error)
    {
        await Ask();
        _answer = Json(body, status);
        await Ask();
        Assert.Equal((3, error, 1), (Known.Current, Known.Error, Known.Failures));
        _answer = Json("""{"active_session_count": 3}""");
        await Ask();
        Assert.Empty(_told);
        Assert.Null(Known.Error);
        Assert.Null(_health.Parts["source kato"].Error);
    }

    [Fact]
    public async Task What_a_source_answers_is_parsed_on_the_pool()
    {
        var answer = _answer;
        _answer = async context =>
        {
            await Whereabouts.Pause();
            await answer(context);
        };
        using var poll = new OutsidePoll(_detector, _health, _clock);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(await Task.Run(
                () => Whereabouts.EndsOnThePool(poll.Ask(Source("active_session_count"), TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken));
        }

        Assert.Equal((3, null), (Known.Current, Known.Error));
    }

    [Fact]
    public async Task A_source_that_hangs_is_given_up()
    {
        await Ask();
        var asked = new TaskCompletionSource();
        _answer = context =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };
        var asking = Ask();
        await asked.Task;
        _clock.Advance(TimeSpan.FromSeconds(5));
        await asking;
        Assert.Equal((3, "gave no answer within 5 s"), (Known.Current, Known.Error));
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_source_that_nobody_serves_is_a_failure()
    {
        using var poll = new OutsidePoll(_detector, _health, _clock);
        await poll.Ask(Source("active_session_count") with { Url = new Uri("http://127.0.0.1:1/") }, TestContext.Current.CancellationToken);
        Assert.NotNull(Known.Error);
        Assert.Null(Known.Current);
    }

    [Fact]
    public async Task A_source_that_is_lost_just_as_it_accepts_is_a_failure()
    {
        using var server = new ResettingServer();
        using var poll = new OutsidePoll(_detector, _health, _clock);
        var source = Source("active_session_count") with { Url = server.Address };
        var notConnected = new SocketException((int)SocketError.NotConnected).Message;
        await ResettingServer.TryUntil(async () =>
        {
            await poll.Ask(source, TestContext.Current.CancellationToken);
            return Known.Error == notConnected;
        });
        Assert.Null(Known.Current);
    }

    [Fact]
    public async Task A_token_is_sent_and_never_printed()
    {
        var source = Source("active_session_count") with { Bearer = "s3cret" };
        using var poll = new OutsidePoll(_detector, _health, _clock);
        await poll.Ask(source, TestContext.Current.CancellationToken);
        Assert.Equal("Bearer s3cret", _authorization);
        Assert.DoesNotContain("s3cret", source.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b[1].c", """{"a":{"b":[0,{"c":7}]}}""", 7)]
    [InlineData("[0][1]", "[[1,2]]", 2)]
    [InlineData("2xx.7", """{"2xx":{"7":9}}""", 9)]
    [InlineData("", "12", 12)]
    public void A_path_leads_to_the_count(string path, string json, long count) =>
        Assert.Equal(count, CountPath.Parse(path)!.Find(JsonDocument.Parse(json).RootElement));

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a[x]")]
    [InlineData("a[1")]
    [InlineData("a]")]
    public void What_is_not_a_path_is_refused(string path) => Assert.Null(CountPath.Parse(path));

    [Theory]
    [InlineData("""[{"name":"kato"}]""", "ROLLCALL_SOURCES[0].url")]
    [InlineData("""[{"name":"kato","url":"ftp://x/","json_path":"a"}]""", "ROLLCALL_SOURCES[0].url")]
    [InlineData("""[{"name":"kato","url":"http://x/"}]""", "ROLLCALL_SOURCES[0].json_path")]
    [InlineData("""[{"name":"kato","url":"http://x/","json_path":"a..b"}]""", "ROLLCALL_SOURCES[0].json_path")]
    [InlineData("""[{"name":"rollcall","url":"http://x/","json_path":"a"}]""", "ROLLCALL_SOURCES[0].name")]
    [InlineData("""[{"name":"a","url":"http://x/","json_path":"a","interval_seconds":0}]""", "ROLLCALL_SOURCES[0].interval_seconds")]
    [InlineData("""[{"name":"a","url":"http://x/","json_path":"a"},{"name":"a","url":"http://x/","json_path":"a"}]""", "two sources are called a")]
    [InlineData("[", "ROLLCALL_SOURCES is not JSON")]
    [InlineData("/no/such/file.json", "ROLLCALL_SOURCES: there is no file")]
    public void A_wrong_configuration_is_refused_and_the_field_named(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => OutsideSource.ReadAll(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Sources_are_read_from_the_variable_itself_or_from_a_file()
    {
        const string Text = """[{"name":"kato","url":"http://127.0.0.1:8000/sessions/count","json_path":"active_session_count","interval_seconds":3}]""";
        var file = Path.GetTempFileName();
        File.WriteAllText(file, Text);
        Assert.Equal(OutsideSource.ReadAll(Text).Single().Interval, OutsideSource.ReadAll(file).Single().Interval);
        Assert.Equal(TimeSpan.FromSeconds(3), OutsideSource.ReadAll(Text).Single().Interval);
        Assert.Empty(OutsideSource.ReadAll(" "));
        File.Delete(file);
    }

    private SourceCount Known => _detector.Sources.Single(source => source.Source == "kato");

    private OutsideSource Source(string path) =>
        new("kato", new Uri(_server.Address, "/sessions/count"), CountPath.Parse(path)!, TimeSpan.FromSeconds(3), null);

    private async Task Ask(string path = "active_session_count")
    {
        using var poll = new OutsidePoll(_detector, _health, _clock);
        await poll.Ask(Source(path), TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(1));
    }

    private static RequestDelegate Json(string body, int status = 200) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    };
}
