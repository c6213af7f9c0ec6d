using Microsoft.Extensions.Configuration;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Chaos;

namespace Rollcall.Server.Tests.Security;

/// <summary>The web server may be told by its own variables to listen elsewhere, which must open the hub to nobody.</summary>
public sealed class BindingTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("rollcall-binding-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public void Endpoints_of_the_web_server_are_where_the_hub_listens() =>
        Assert.Equal(["http://127.0.0.1:1", "https://[::1]:2"], Check("http://127.0.0.1:1", "https://[::1]:2").Urls);

    [Theory]
    [InlineData("http://0.0.0.0:1")]
    [InlineData("http://*:1")]
    [InlineData("https://hub.example:1")]
    public void Endpoints_that_others_reach_need_a_key(string endpoint)
    {
        var refused = Assert.Throws<RefusedToStartException>(() => Check("http://127.0.0.1:2", endpoint));
        Assert.StartsWith($"{endpoint} can be reached from other machines", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("http://127.0.0.1:abc")]
    public void An_endpoint_without_an_address_is_refused_by_its_name(string? endpoint)
    {
        var refused = Assert.Throws<RefusedToStartException>(() => Check(endpoint));
        Assert.Equal("Kestrel__Endpoints__E0__Url must be addresses such as http://127.0.0.1:7655", refused.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ASPNETCORE_")]
    [InlineData("DOTNET_")]
    public async Task The_hub_does_not_start_where_an_endpoint_opens_it(string prefix)
    {
        await using var hub = new HubProcess();
        hub.Launch(variables: ($"{prefix}Kestrel__Endpoints__Open__Url", $"http://0.0.0.0:{FreePort.Next()}"));

        var exited = await Assert.ThrowsAsync<InvalidOperationException>(hub.Ready);
        Assert.Contains("can be reached from other machines", exited.Message, StringComparison.Ordinal);
    }

    private RollcallOptions Check(params string?[] endpoints)
    {
        var options = Binding.Resolve(
            new RollcallOptions { Data = _data.FullName },
            new ConfigurationBuilder().AddInMemoryCollection(
                endpoints.SelectMany((url, i) => new Dictionary<string, string?> { [$"Kestrel:Endpoints:E{i}:Url"] = url, [$"Kestrel:Endpoints:E{i}:Protocols"] = "Http1" })).Build());
        Binding.Check(options, TimeProvider.System);
        return options;
    }
}
