using System.Net.Sockets;
using Rollcall.Server.Tests.Chaos;

namespace Rollcall.Server.Tests.Operations;

/// <summary>A hub may be started in any folder: what lies there is somebody else's.</summary>
public sealed class StartFolderTests
{
    [Fact]
    public async Task Settings_of_another_program_in_the_folder_are_not_taken_for_the_hubs()
    {
        var folder = Directory.CreateTempSubdirectory("rollcall-folder-");
        try
        {
            var other = FreePort.Next();
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "appsettings.json"),
                $$"""{ "Kestrel": { "Endpoints": { "Http": { "Url": "http://*:{{other}}" } } } }""",
                TestContext.Current.CancellationToken);
            await using var hub = new HubProcess();
            hub.Launch(folder.FullName);
            await hub.Ready();

            using var socket = new TcpClient();
            await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync("127.0.0.1", other, TestContext.Current.CancellationToken).AsTask());
            // It would have to watch every folder below, which takes seconds where there are many.
            Assert.False(OperatingSystem.IsLinux() && WatchesFiles(hub.Id));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool WatchesFiles(int process) => Directory.GetFiles($"/proc/{process}/fd").Any(open =>
    {
        try
        {
            return File.ResolveLinkTarget(open, false)?.Name.Contains("inotify", StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // It was closed meanwhile.
            return false;
        }
    });
}
