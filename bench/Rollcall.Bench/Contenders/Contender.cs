using System.Text;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>A server under test and how one watches it and tells it something.</summary>
internal abstract class Contender(string name, ServerProcess server) : IAsyncDisposable
{
    /// <summary>How the id of each slot's session begins; its number follows.</summary>
    public const string SessionPrefix = "bench-";

    /// <summary>As in the tables.</summary>
    public string Name => name;

    public ServerProcess Server => server;

    protected HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        BaseAddress = new Uri($"http://{server.Address}"),
    };

    /// <summary>Makes the sessions that the slots stand for.</summary>
    public abstract Task Prepare(int slots);

    /// <summary>Connects a watcher and joins; it has not begun to listen.</summary>
    public abstract Task<Watcher> Join(int index);

    /// <summary>How to tell one message of a received frame from the next, and which ones count.</summary>
    public abstract Grammar Grammar(Told told);

    /// <summary>Tells the server something about a slot's session; ends when the server has answered that it is done.</summary>
    public abstract Task Command(Told told, int slot);

    /// <summary>Connects watchers that note on the board what they hear.</summary>
    public async Task<Crowd> Gather(int count, Told told, Board? board)
    {
        var grammar = Grammar(told);
        return await Crowd.Gather(count, Join, index => payload => grammar.Read(payload, slot => board?.Receive(slot, index)));
    }

    public virtual ValueTask DisposeAsync()
    {
        Http.Dispose();
        Server.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends a JSON body and insists on success.</summary>
    protected async Task Send(HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        using var answer = await Http.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
        {
            throw new IOException($"{name} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
    }
}

/// <summary>What is told: each event about one session, and about so many bytes long for every contender.</summary>
internal enum Told
{
    /// <summary>A session's status changes.</summary>
    Status,

    /// <summary>A session's metadata change: one event of about 300 bytes.</summary>
    Update,
}
