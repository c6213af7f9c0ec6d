using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Operations;

/// <summary>A data directory that is gone, or another one, while the hub runs: what it stored there nobody would find again.</summary>
public sealed class LostDataTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("rollcall-lost-").FullName;
    private TestHub _hub = null!;

    private string Elsewhere => _data + "-elsewhere";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "an open file cannot be moved there");
        _hub = await TestHub.Start(data: _data);
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "before" })).Status);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        foreach (var folder in new[] { _data, Elsewhere }.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_hub_whose_data_directory_was_removed_refuses_commands_and_is_not_ready()
    {
        Directory.Delete(_data, recursive: true);
        await Refuses();
    }

    [Fact]
    public async Task A_hub_whose_data_directory_was_replaced_refuses_commands_until_its_own_is_back()
    {
        Directory.Move(_data, Elsewhere);
        await using (await TestHub.Start(data: _data))
        {
            await Refuses();
        }

        Directory.Delete(_data, recursive: true);
        Directory.Move(Elsewhere, _data);
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "after" })).Status);
        await Hearing.Eventually(async () => (await _hub.Get("/readyz")).Status == 200);
    }

    private async Task Refuses()
    {
        var head = _hub.Log.Head;
        var answer = await _hub.Post("/api/v1/sessions", new { id = "lost" });
        Assert.Equal((503, "unavailable", head), (answer.Status, answer.Code, _hub.Log.Head));
        var ready = await _hub.Get("/readyz");
        Assert.Equal(503, ready.Status);
        Assert.Contains($"{_data}/rollcall.db was moved or removed", ready.Text, StringComparison.Ordinal);
    }
}
