using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Rollcall.Client;
using Rollcall.Server.Tests.Operations;

namespace Rollcall.Server.Tests.Client;

/// <summary>The .NET client's side of HTTP, and the addresses that it takes.</summary>
public sealed class HubClientTests
{
    [Theory]
    [InlineData(0, "?after=7&limit=500")]
    [InlineData(1, "?after=7&limit=500&wait=1")]
    [InlineData(1_000, "?after=7&limit=500&wait=1")]
    [InlineData(1_500, "?after=7&limit=500&wait=2")]
    public async Task A_long_poll_waits_for_whole_seconds_and_never_shorter_than_asked(int milliseconds, string asked)
    {
        var heard = "";
        await using var server = await LocalServer.Start(context =>
        {
            heard = context.Request.QueryString.Value!;
            return context.Response.WriteAsync("{}");
        });
        using var client = new HubClient(server.Address);
        await client.Events(7, wait: TimeSpan.FromMilliseconds(milliseconds), cancel: TestContext.Current.CancellationToken);
        Assert.Equal(asked, heard);
    }

    [Fact]
    public async Task No_commands_have_no_answers()
    {
        await using var hub = await TestHub.Start();
        using var client = new HubClient(hub.Address);
        Assert.Empty(await client.Send([], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("count")]
    [InlineData("nobody")]
    public async Task An_id_that_no_session_has_finds_none(string id)
    {
        await using var hub = await TestHub.Start();
        using var client = new HubClient(hub.Address);
        Assert.Null(await client.Find(id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_hub_that_is_lost_just_as_it_accepts_is_lost_as_at_any_other_time()
    {
        using var hub = new ResettingServer();
        using var client = new HubClient(hub.Address);
        await ResettingServer.TryUntil(async () =>
        {
            var lost = await Assert.ThrowsAsync<HttpRequestException>(() => client.Find("a", TestContext.Current.CancellationToken));
            return lost.InnerException is SocketException { SocketErrorCode: SocketError.NotConnected };
        });
    }

    [Theory]
    [InlineData("http://127.0.0.1:7655/rollcall")]
    [InlineData("https://hub.example/rollcall/")]
    [InlineData("https://hub.example?tenant=a")]
    [InlineData("hub.example")]
    [InlineData("wss://hub.example/")]
    [InlineData("ws://127.0.0.1:7655")]
    [InlineData("ftp://hub.example/")]
    public void An_address_with_more_than_a_host_or_of_another_scheme_is_refused_and_the_rule_named(string address)
    {
        var hub = new Uri(address, UriKind.RelativeOrAbsolute);
        var client = Assert.Throws<ArgumentException>("hub", () => new HubClient(hub));
        var options = Assert.Throws<ArgumentException>("Hub", () => new ConnectionOptions { Hub = hub });
        Assert.Contains("http or https, a host and a port without a path", client.Message, StringComparison.Ordinal);
        Assert.Contains("http or https, a host and a port without a path", options.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7655")]
    [InlineData("https://hub.example/")]
    [InlineData("HTTPS://hub.example/")]
    public void An_address_of_a_host_is_taken(string address)
    {
        var hub = new Uri(address);
        using var client = new HubClient(hub);
        Assert.Equal(hub, new ConnectionOptions { Hub = hub }.Hub);
    }
}
