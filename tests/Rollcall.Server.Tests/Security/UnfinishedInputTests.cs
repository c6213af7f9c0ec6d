using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Security;

/// <summary>Bodies that somebody begins and does not finish: what the hub holds of them is bounded, and whoever finishes theirs is not held up.</summary>
public sealed class UnfinishedInputTests : IAsyncLifetime
{
    private const int Length = RequestLimits.BodyBytes;
    private const int Counted = Length - 1 - UnfinishedInput.FreeOfEach;
    private const string Hook = "/ingest/hooks/claude-code";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly (Key Key, string Credential) First = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Second = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);

    private readonly List<TcpClient> _clients = [];
    private TestHub _hub = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private UnfinishedInput Unfinished => _hub.App.Services.GetRequiredService<UnfinishedInput>();

    public async ValueTask InitializeAsync() =>
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: [First.Key, Second.Key]);

    public ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        return _hub.DisposeAsync();
    }

    [Fact]
    public async Task They_are_bounded_for_a_key_and_given_free_when_it_leaves()
    {
        for (var held = Counted; held <= UnfinishedInput.MostOfOne; held += Counted)
        {
            await Begin(First.Credential, Length - 1);
            await Hearing.Eventually(() => Task.FromResult(Unfinished.Held == held));
        }

        await Begin(First.Credential, (int)(UnfinishedInput.MostOfOne % Counted) + UnfinishedInput.FreeOfEach);
        await Hearing.Eventually(() => Task.FromResult(Unfinished.Held == UnfinishedInput.MostOfOne));

        var answer = await Answer(await Begin(First.Credential, Length - 1));
        Assert.StartsWith("HTTP/1.1 429 ", answer, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 1", answer, StringComparison.Ordinal);
        Assert.Contains($"what one key or address has begun to say and not finished is at most {UnfinishedInput.MostOfOne} bytes together", answer, StringComparison.Ordinal);
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "small", name = new string('s', 100) }, _hub.Client(First.Credential))).Status);
        var retrying = _hub.Client(First.Credential);
        retrying.DefaultRequestHeaders.Add("Idempotency-Key", "k");
        // Longer than what is not counted, and there before it is read by its route.
        var retried = JsonSerializer.Serialize(new { id = "retried", name = new string('r', 100), metadata = new { text = new string('r', UnfinishedInput.FreeOfEach) } });
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", retried, retrying)).Status);
        var other = await Begin(Second.Credential, Length - 1);
        await other.WriteAsync("}"u8.ToArray(), Cancel);
        Assert.StartsWith("HTTP/1.1 400 ", await Answer(other), StringComparison.Ordinal);

        _clients.ForEach(client => client.Dispose());
        await Hearing.Eventually(() => Task.FromResult(Unfinished.Held == 0));
    }

    [Fact]
    public async Task One_that_comes_too_slowly_is_answered_408_by_a_hook_too()
    {
        var hook = await Begin(First.Credential, 1, Hook);
        var command = await Begin(First.Credential, 1, "/api/v1/sessions");
        Assert.StartsWith("HTTP/1.1 408 ", await Answer(hook), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 408 ", await Answer(command), StringComparison.Ordinal);
    }

    private async Task<NetworkStream> Begin(string credential, int bytes, string path = Hook)
    {
        var client = new TcpClient();
        _clients.Add(client);
        await client.ConnectAsync(_hub.Address.Host, _hub.Address.Port, Cancel);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {_hub.Address.Authority}\r\nAuthorization: Bearer {credential}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Length}\r\n\r\n"), Cancel);
        await stream.WriteAsync(new byte[bytes], Cancel);
        return stream;
    }

    private static async Task<string> Answer(NetworkStream stream)
    {
        var (answer, length) = (new byte[2048], 0);
        while (!Encoding.ASCII.GetString(answer, 0, length).Contains('}', StringComparison.Ordinal) && await Read() is > 0 and var read)
        {
            length += read;
        }

        return Encoding.ASCII.GetString(answer, 0, length);

        Task<int> Read() => stream.ReadAsync(answer.AsMemory(length), Cancel).AsTask().WaitAsync(Patience, TimeProvider.System, Cancel);
    }
}
