using System.Text;
using System.Text.Json;
using Rollcall.Client;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Tests.Client.Examples;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Client;

/// <summary>What <c>src/Rollcall.Client/README.md</c> shows does what it says.</summary>
public sealed class ReadmeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(WatchFleet))]
    [InlineData(nameof(OwnSession))]
    public void It_shows_the_examples_as_they_are(string example)
    {
        const string folder = "tests/Rollcall.Server.Tests/Client/Examples";
        var text = Repository.Read($"{folder}/{example}.cs").Replace($"namespace {typeof(WatchFleet).Namespace};\n\n", "", StringComparison.Ordinal);
        Assert.Contains($"```csharp\n{text}```\n", Repository.Read("src/Rollcall.Client/README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_watches_and_the_other_owns()
    {
        await using var hub = await TestHub.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var told = new Collected();
        var watching = WatchFleet.Run(hub.Address, told, stop.Token);
        await Hearing.Eventually(() => Task.FromResult(told.ToString() == "0 sessions are live\n"));

        var owning = OwnSession.Run(hub.Address, Cancel);
        await Hearing.Eventually(() => Task.FromResult(told.ToString().EndsWith(" is Idle\n", StringComparison.Ordinal)));
        var id = told.ToString().Split('\n')[1].Split(' ')[0];
        await using var connection = await hub.Connect();
        await using var other = await connection.Watch($"session:{id}");
        await other.Push("send_message", JsonElement.Parse("""{"text":"Go on"}"""), Cancel);
        await other.Push("cancel", cancel: Cancel);
        await owning.WaitAsync(BareSocket.Patience());
        using var api = new HubClient(hub.Address);
        Assert.Equal(SessionStatus.Terminated, (await api.Find(id, Cancel))!.Status);
        Assert.Equal("You said: Go on\n", (await other.Next<StreamOutput>()).Text);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    /// <summary>May be read while another thread writes.</summary>
    private sealed class Collected : TextWriter
    {
        private readonly Lock _gate = new();
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_gate)
            {
                _text.Append(value);
            }
        }

        public override string ToString()
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }
}
