using Microsoft.Extensions.DependencyInjection;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>Messages that sockets begin and do not finish: what the hub holds of them is bounded, and small ones are not held up.</summary>
public sealed class UnfinishedMessagesTests : IAsyncLifetime
{
    /// <summary>More than half of the largest message has come: the buffer has room for all of it.</summary>
    private const int Arrived = 40_000;

    private const int Counted = Wire.MaxMessageBytes - UnfinishedInput.FreeOfEach;

    private readonly List<WireClient> _clients = [];
    private TestHub _hub = null!;

    private UnfinishedInput Unfinished => _hub.App.Services.GetRequiredService<UnfinishedInput>();

    public async ValueTask InitializeAsync() => _hub = await TestHub.Start(tls: true);

    public ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        return _hub.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task They_are_bounded_for_an_address_and_whoever_begins_more_is_closed(bool tls)
    {
        var beat = ClientFrame.Text(ClientFrame.Beat(ClientFrame.Filling(Wire.MaxMessageBytes)));
        var first = await Begin(tls, beat[..Arrived]);
        await Hearing.Eventually(() => Task.FromResult(Unfinished.Held == Counted));
        for (var held = 2 * Counted; held <= UnfinishedInput.MostOfOne; held += Counted)
        {
            await Begin(tls, beat[..Arrived]);
        }

        await Hearing.Eventually(() => Task.FromResult(Unfinished.Held == UnfinishedInput.MostOfOne / Counted * Counted));
        var more = await Begin(tls, beat[..Arrived]);
        Assert.Equal("close 1013", (await more.Read())!.Words);

        var small = await Begin(tls, ClientFrame.Text(ClientFrame.Beat("small")));
        Assert.Equal("beat small", (await small.Read())!.Words);
        await first.Send([beat[Arrived..]]);
        Assert.StartsWith("beat ", (await first.Read())!.Words, StringComparison.Ordinal);
        await Hearing.Eventually(() => Task.FromResult(Unfinished.Held == ((UnfinishedInput.MostOfOne / Counted) - 1) * Counted));

        _clients.ForEach(client => client.Dispose());
        await Hearing.Eventually(() => Task.FromResult(Unfinished.Held == 0));
    }

    private async Task<WireClient> Begin(bool tls, byte[] bytes)
    {
        var client = await WireClient.Open(tls ? _hub.TlsAddress : _hub.Address);
        _clients.Add(client);
        await client.Send([bytes]);
        return client;
    }
}
