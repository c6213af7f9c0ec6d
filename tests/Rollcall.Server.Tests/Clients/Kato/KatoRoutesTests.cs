using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Core.Tests;
using Rollcall.Server.Clients;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Operations;

namespace Rollcall.Server.Tests.Clients.Kato;

/// <summary>The routes that KATO's pages read.</summary>
public sealed class KatoRoutesTests
{
    private const string Listed = """[{"Id":"1a","Names":["/kato"],"State":"running","Status":"Up"},{"Id":"2b","Names":["/job"],"State":"exited","Status":"Exited (1)"}]""";
    private const string Measured = """{"cpu_stats":{"cpu_usage":{"total_usage":1000},"system_cpu_usage":4000},"memory_stats":{"usage":6291456,"stats":{"inactive_file":1048576},"limit":52428800}}""";

    [Fact]
    public async Task Its_figures_are_those_of_its_socket()
    {
        await using var hub = await TestHub.Start(new() { DockerSocket = "" });
        await hub.Post("/api/v1/sessions", new { id = "a" });
        using var socket = await KatoClient.Open(hub);
        var told = (await socket.Next("realtime_update")).GetProperty("data").GetProperty("metrics");
        var asked = (await hub.Get("/api/v1/system/metrics?use_cache=true")).Json;
        Assert.Equal(KatoClient.Names(told), KatoClient.Names(asked));
        foreach (var part in new[] { "sessions", "performance", "databases", "rates", "processor_manager" })
        {
            Assert.Equal(told.GetProperty(part).GetRawText(), asked.GetProperty(part).GetRawText());
        }

        var overview = (await hub.Get("/api/v1/analytics/overview")).Json;
        Assert.Equal("timestamp sessions processors vector_collections performance resources redis", KatoClient.Names(overview));
        Assert.Equal("""{"active":1,"total_created":1}""", overview.GetProperty("sessions").GetRawText());
        Assert.Equal(JsonValueKind.Null, overview.GetProperty("redis").GetProperty("used_memory_human").ValueKind);
        Assert.Equal(JsonValueKind.Null, overview.GetProperty("processors").GetProperty("total").ValueKind);
    }

    [Fact]
    public async Task Its_charts_have_a_reading_every_10_s_of_the_time_that_is_asked_for()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(new() { DockerSocket = "" }, time: clock);
        async Task<(int Cpu, int Memory)> Points(int minutes)
        {
            var series = (await hub.Get($"/api/v1/system/stats?minutes={minutes}&use_cache=true")).Json.GetProperty("time_series");
            return (series.GetProperty("kato_cpu_usage_percent").GetArrayLength(), series.GetProperty("kato_memory_usage_percent").GetArrayLength());
        }

        for (var taken = 1; taken <= 12; taken++)
        {
            await Hearing.Eventually(async () => (await Points(60)).Memory == taken);
            // The kernel counts the processor's time in hundredths of a second: between two readings some must go by.
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        await Hearing.Eventually(async () => (await Points(60)).Memory == 13);
        var (cpu, memory) = await Points(1);
        Assert.Equal(7, memory);
        Assert.InRange(cpu, 0, 7);
        var point = (await hub.Get("/api/v1/system/stats")).Json.GetProperty("time_series").GetProperty("kato_memory_usage_percent")[0];
        Assert.Equal("timestamp value", KatoClient.Names(point));
        Assert.Equal(clock.Now.AddSeconds(-120).ToUnixTimeSeconds(), point.GetProperty("timestamp").GetInt64());
        Assert.InRange(point.GetProperty("value").GetDouble(), 0.1, 100);

        // The machine's clock has to tick between two readings for its load to be known.
        await Hearing.Eventually(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return (await Points(1)).Cpu > 0;
        });
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1441")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("")]
    public async Task A_time_out_of_bounds_is_refused_with_what_is_wrong_in_detail(string minutes)
    {
        await using var hub = await TestHub.Start();
        var answer = await hub.Get($"/api/v1/system/stats?minutes={minutes}");
        Assert.Equal((400, "minutes"), (answer.Status, answer.Errors));
        Assert.Contains("minutes must be a whole number from 1 to 1440", answer["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_are_told_and_asked_for_in_the_documented_form()
    {
        var folder = Directory.CreateTempSubdirectory("rc-").FullName;
        var fails = false;
        await using var docker = await LocalServer.Start(
            context =>
            {
                context.Response.StatusCode = fails ? 500 : 200;
                return context.Response.WriteAsync(context.Request.Path == "/containers/json" ? Listed : Measured);
            },
            Path.Combine(folder, "d.sock"));
        // Its clock stands, so that the engine is never too slow.
        var clock = new TestClock();
        await using var hub = await TestHub.Start(new() { DockerSocket = Path.Combine(folder, "d.sock") }, time: clock);
        using var socket = await KatoClient.Open(hub);
        var told = (await socket.Next("realtime_update")).GetProperty("data").GetProperty("containers");
        var asked = (await hub.Get("/api/v1/system/container-stats?use_cache=true")).Json;
        foreach (var form in new[] { told, asked })
        {
            Assert.Equal("containers aggregated", KatoClient.Names(form));
            var container = form.GetProperty("containers")[0];
            Assert.Equal("name status cpu memory network block_io timestamp", KatoClient.Names(container));
            Assert.Equal("kato running", $"{container.GetProperty("name")} {container.GetProperty("status")}");
            Assert.Equal("""{"usage_bytes":5242880,"limit_bytes":52428800,"usage_mb":5,"limit_mb":50,"usage_percent":10}""", container.GetProperty("memory").GetRawText());
            Assert.Equal(JsonValueKind.Null, form.GetProperty("containers")[1].GetProperty("memory").GetProperty("usage_mb").ValueKind);
            var all = form.GetProperty("aggregated");
            Assert.Equal("total_cpu_percent total_memory_mb total_memory_limit_mb total_memory_percent container_count timestamp", KatoClient.Names(all));
            Assert.Equal((5, 50, 10, 2), (all.GetProperty("total_memory_mb").GetInt32(), all.GetProperty("total_memory_limit_mb").GetInt32(), all.GetProperty("total_memory_percent").GetInt32(), all.GetProperty("container_count").GetInt32()));
        }

        fails = true;
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(503, (await hub.Get("/api/v1/system/container-stats")).Status);
        Assert.Contains("500", (await hub.Get("/api/v1/system/container-stats"))["detail"], StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Where_there_is_no_engine_there_are_no_containers()
    {
        await using var hub = await TestHub.Start(new() { DockerSocket = "" });
        var answer = await hub.Get("/api/v1/system/container-stats");
        Assert.Equal(200, answer.Status);
        Assert.Empty(answer.Json.GetProperty("containers").EnumerateArray());
        Assert.Equal(0, answer.Json.GetProperty("aggregated").GetProperty("container_count").GetInt32());
    }

    [Fact]
    public async Task The_hubs_own_answers_have_katos_names_beside_theirs_and_lose_nothing()
    {
        var paths = new[] { "/api/v1/sessions?skip=0&limit=20", "/api/v1/sessions/count", "/api/v1/sessions/a" };
        var (named, own) = (new List<JsonElement>(), new List<JsonElement>());
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a", name = "Alpha", status = "idle", metadata = new { branch = "main" } });
        foreach (var path in paths)
        {
            named.Add((await hub.Get(path, hub.Page())).Json);
            own.Add((await hub.Get(path)).Json);
        }

        Assert.Equal("sessions total skip limit page pages seq epoch source", KatoClient.Names(named[0]));
        foreach (var (with, without) in named.Zip(own).Append((named[0].GetProperty("sessions")[0], own[0].GetProperty("sessions")[0])))
        {
            Assert.StartsWith(KatoClient.Names(without) + " ", KatoClient.Names(with), StringComparison.Ordinal);
            foreach (var field in without.EnumerateObject().Where(field => field.Name != "sessions"))
            {
                Assert.Equal(field.Value.GetRawText(), with.GetProperty(field.Name).GetRawText());
            }
        }

        Assert.Equal(1, named[1].GetProperty("active_session_count").GetInt32());
        foreach (var session in new[] { named[0].GetProperty("sessions")[0], named[2] })
        {
            Assert.Equal("a Alpha idle", $"{session.GetProperty("session_id")} {session.GetProperty("node_name")} {session.GetProperty("status")}");
            Assert.Equal(session.GetProperty("last_seen_at").GetString(), session.GetProperty("last_active").GetString());
        }
    }

    [Fact]
    public async Task A_list_and_a_session_are_refused_as_the_hubs_own_are()
    {
        await using var hub = await TestHub.Start();
        foreach (var (query, field) in new[] { ("limit=201", "limit"), ("limit=0", "limit"), ("skip=-1", "skip"), ("status=lost", "status") })
        {
            var answer = await hub.Get("/api/v1/sessions?" + query, hub.Page());
            Assert.Equal((400, field), (answer.Status, answer.Errors));
        }

        var none = await hub.Get("/api/v1/sessions/none", hub.Page());
        Assert.Equal((404, "session none does not exist"), (none.Status, none["detail"]));
        Assert.Equal(404, (await hub.Get("/api/v1/sessions/none/stm")).Status);
    }

    [Fact]
    public async Task Its_word_for_sessions_that_have_ended_asks_for_those_and_is_no_status_to_anybody_else()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions", new { id = "b" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");
        foreach (var (status, id) in new[] { ("expired", "a"), ("active", "b") })
        {
            var listed = (await hub.Get($"/api/v1/sessions?skip=0&limit=20&status={status}", hub.Page())).Json;
            Assert.Equal(id, Assert.Single(listed.GetProperty("sessions").EnumerateArray()).GetProperty("session_id").GetString());
            Assert.Equal(1, listed.GetProperty("total").GetInt32());
        }

        Assert.Equal(400, (await hub.Get("/api/v1/sessions?status=expired")).Status);
    }

    [Fact]
    public async Task A_session_is_ended_by_its_page_and_its_memory_is_honestly_empty()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        Assert.Equal("{}", (await hub.Get("/api/v1/sessions/a/stm")).Text);
        Assert.Equal(200, (await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a")).Status);
        Assert.Equal("terminated", (await hub.Get("/api/v1/sessions/a"))["status"]);
    }

    [Fact]
    public async Task Many_sessions_end_at_once_and_those_that_cannot_are_counted()
    {
        await using var hub = await TestHub.Start();
        foreach (var id in new[] { "a", "b", "c" })
        {
            await hub.Post("/api/v1/sessions", new { id });
        }

        var answer = await hub.Post("/api/v1/sessions/bulk-delete", new { session_ids = new[] { "a", "b", "b", "none", "no such id", null } });

        Assert.Equal("""{"success":true,"deleted_count":2,"requested_count":6,"failed_count":4}""", answer.Text);
        Assert.Equal("1", (await hub.Get("/api/v1/sessions/count", hub.Page()))["active_session_count"]);
        foreach (var wrong in new[] { "{}", """{"session_ids":[]}""", """{"session_ids":null}""" })
        {
            Assert.Equal((400, "No session IDs provided"), await Detail(hub, wrong));
        }

        foreach (var wrong in new[] { "[]", "1", "{", """{"session_ids":"a"}""", """{"session_ids":[1]}""" })
        {
            Assert.Equal(400, (await Detail(hub, wrong)).Status);
        }
    }

    [Fact]
    public async Task More_sessions_than_a_batch_may_have_commands_do_not_end_at_once()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });

        var answer = await hub.Post("/api/v1/sessions/bulk-delete", new { session_ids = Enumerable.Repeat("a", 20_001) });

        Assert.Equal((413, "too_large"), (answer.Status, answer.Code));
        Assert.NotEqual("terminated", (await hub.Get("/api/v1/sessions/a"))["status"]);
    }

    [Fact]
    public async Task The_diagnostic_of_redis_keys_is_honestly_empty()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        var answer = (await hub.Get("/api/v1/sessions/redis-keys/diagnostic")).Json;
        Assert.Equal("keys total source timestamp", KatoClient.Names(answer));
        Assert.Equal((0, 0), (answer.GetProperty("keys").GetArrayLength(), answer.GetProperty("total").GetInt32()));
    }

    [Fact]
    public async Task Where_it_is_switched_off_none_of_it_is_there()
    {
        await using var hub = await TestHub.Start(new() { Clients = new ClientOptions { Kato = false, Agentcmd = false } });
        await hub.Post("/api/v1/sessions", new { id = "a" });
        foreach (var path in new[] { "/ws", "/api/v1/system/metrics", "/api/v1/system/stats", "/api/v1/system/container-stats", "/api/v1/analytics/overview", "/api/v1/sessions/a/stm", "/api/v1/sessions/redis-keys/diagnostic" })
        {
            Assert.Equal(404, (await hub.Get(path)).Status);
        }

        Assert.Contains((await hub.Post("/api/v1/sessions/bulk-delete", new { session_ids = new[] { "a" } })).Status, new[] { 404, 405 });
        Assert.False((await hub.Get("/api/v1/sessions/count", hub.Page())).Json.TryGetProperty("active_session_count", out _));
    }

    private static async Task<(int Status, string? Detail)> Detail(TestHub hub, string body)
    {
        var answer = await hub.Post("/api/v1/sessions/bulk-delete", body);
        return (answer.Status, answer["detail"]);
    }
}
