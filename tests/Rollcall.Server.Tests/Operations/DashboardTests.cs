namespace Rollcall.Server.Tests.Operations;

/// <summary>The dashboard's files, as a browser gets them.</summary>
public sealed class DashboardTests : IAsyncLifetime
{
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("rollcall-dashboard-");
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_files.FullName, "assets"));
        await File.WriteAllTextAsync(Path.Combine(_files.FullName, "index.html"), "<title>page</title>");
        await File.WriteAllTextAsync(Path.Combine(_files.FullName, "assets", "main-1a2b.js"), "1");
        await File.WriteAllTextAsync(Path.Combine(_files.FullName, "assets", "main-1a2b.js.br"), "smallest");
        await File.WriteAllTextAsync(Path.Combine(_files.FullName, "assets", "main-1a2b.js.gz"), "small");
        await File.WriteAllTextAsync(Path.Combine(_files.FullName, "assets", "tiny-1a2b.js"), "2");
        _hub = await TestHub.Start(new RollcallOptions { Dashboard = _files.FullName });
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _files.Delete(true);
    }

    [Theory]
    [InlineData("/", "*/*", 200)]
    [InlineData("/index.html", "*/*", 200)]
    [InlineData("/sessions/a", "text/html", 200)]
    [InlineData("/sessions/a", "application/json", 404)]
    [InlineData("/api/v1/nothing", "text/html", 404)]
    [InlineData("/assets/gone.js", "text/html", 404)]
    [InlineData("/../keys.json", "*/*", 404)]
    [InlineData("/%2e%2e/keys.json", "*/*", 404)]
    public async Task The_page_is_served_where_a_person_goes(string path, string accept, int status)
    {
        var answer = await _hub.Send(HttpMethod.Get, path, null, null, ("Accept", accept));

        Assert.Equal(status, answer.Status);
        if (status == 200)
        {
            Assert.Equal(("<title>page</title>", "no-cache"), (answer.Text, answer.Headers["Cache-Control"]));
        }
    }

    [Fact]
    public async Task Hashed_files_are_kept_for_ever_and_nothing_inline_may_run()
    {
        var file = await _hub.Get("/assets/main-1a2b.js");

        Assert.Equal("public, max-age=31536000, immutable", file.Headers["Cache-Control"]);
        Assert.Equal("text/javascript", file.Headers["Content-Type"]);
        Assert.Equal("nosniff", file.Headers["X-Content-Type-Options"]);
        Assert.Equal("no-referrer", file.Headers["Referrer-Policy"]);
        Assert.StartsWith("default-src 'self'; script-src 'self'; worker-src 'self'; connect-src 'self' ws: wss:;", file.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", file.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("main", "gzip, deflate, br, zstd", "br", "smallest")]
    [InlineData("main", "gzip, deflate", "gzip", "small")]
    [InlineData("main", "br;q=0, gzip;q=0.5", "gzip", "small")]
    [InlineData("main", "identity", null, "1")]
    [InlineData("main", null, null, "1")]
    [InlineData("tiny", "br, gzip", null, "2")]
    public async Task A_browser_gets_the_smallest_form_that_it_takes(string name, string? takes, string? encoding, string body)
    {
        (string, string)[] headers = takes is null ? [] : [("Accept-Encoding", takes)];
        var file = await _hub.Send(HttpMethod.Get, $"/assets/{name}-1a2b.js", null, null, headers);

        Assert.Equal((200, body, "text/javascript"), (file.Status, file.Text, file.Headers["Content-Type"]));
        Assert.Equal((encoding, "Accept-Encoding"), (file.Headers.GetValueOrDefault("Content-Encoding"), file.Headers["Vary"]));
        var again = await _hub.Send(HttpMethod.Get, $"/assets/{name}-1a2b.js", null, null, [.. headers, ("If-None-Match", file.Headers["ETag"])]);
        Assert.Equal(304, again.Status);
    }
}
