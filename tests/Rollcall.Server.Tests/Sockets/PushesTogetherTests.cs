using System.Text.Json;
using Rollcall.Protocol;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>Pushes that arrive in one piece are gathered; whatever comes behind them finds them done.</summary>
public sealed class PushesTogetherTests : IAsyncLifetime
{
    private readonly List<int> _batches = [];
    private TestHub _hub = null!;
    private WireClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "a" });
        _client = await WireClient.Open(new Uri($"{_hub.Address}"));
        await Send("""["1","join","session:a","phx_join",{"role":"owner","snapshot":false,"events":["error"]}]""");
        Assert.Equal("join ok", await Answer());
        _hub.Hub.Applied += (events, _) => _batches.Add(events.Count);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task They_are_one_batch_and_each_is_answered()
    {
        await Send([.. Enumerable.Range(0, 20).Select(Output)]);
        var answers = new HashSet<string>();
        while (answers.Count < 20)
        {
            answers.Add(await Answer());
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i} ok").Order(), answers.Order());
        Assert.Equal([20], _batches);
    }

    [Fact]
    public async Task Who_leaves_behind_them_has_given_the_session_up_after_them()
    {
        await Send(Output(0), Output(1), """["1","leave","session:a","phx_leave",{}]""", Output(2));
        var answers = new HashSet<string>();
        while (answers.Count < 4)
        {
            answers.Add(await Answer());
        }

        Assert.Equal(["0 ok", "1 ok", "2 error", "leave ok"], answers.Order());
        Assert.Equal([2], _batches);
    }

    [Fact]
    public async Task A_pause_behind_a_report_is_decided_behind_it()
    {
        await Send(Output(0), """["1","pause","session:a","pause",{}]""");
        var seqs = new Dictionary<string, long>();
        while (seqs.Count < 2 && await _client.Read() is { } frame)
        {
            using var message = JsonDocument.Parse(frame.Payload);
            if (message.RootElement[3].ValueEquals("phx_reply"))
            {
                seqs[message.RootElement[1].GetString()!] = message.RootElement[4].GetProperty("response").GetProperty("seq").GetInt64();
            }
        }

        Assert.True(seqs["0"] < seqs["pause"], $"output {seqs["0"]}, pause {seqs["pause"]}");
    }

    [Fact]
    public async Task They_count_though_the_connection_is_closed_for_what_comes_behind_them()
    {
        await _client.Send([[.. ClientFrame.Text(Output(0)), .. ClientFrame.Of(ClientFrame.TextCode, [0xFF])]]);
        var heard = new List<string>();
        while (await _client.Read() is { } frame)
        {
            heard.Add(frame.IsClose ? frame.Words : Short(frame));
        }

        // The close need not wait for the batch; what is submitted now is behind it.
        await _hub.Hub.Submit(new Heartbeat { SessionId = "a" });
        Assert.Contains("close 1007", heard);
        Assert.Equal([1], _batches);
    }

    private static string Output(int i) => $$"""["1","{{i}}","session:a","output",{"text":"{{i}}"}]""";

    private Task Send(params string[] messages) => _client.Send([[.. messages.SelectMany(message => ClientFrame.Text(message))]]);

    private async Task<string> Answer()
    {
        while (await _client.Read() is { } frame)
        {
            if (Short(frame) is { Length: > 0 } answer)
            {
                return answer;
            }
        }

        throw new EndOfStreamException("the hub closed the socket instead of answering");
    }

    /// <summary>The reference and the status of a reply; nothing for other messages.</summary>
    private static string Short(ServerFrame frame)
    {
        using var message = JsonDocument.Parse(frame.Payload);
        return message.RootElement[3].ValueEquals("phx_reply")
            ? $"{message.RootElement[1].GetString()} {message.RootElement[4].GetProperty("status").GetString()}"
            : "";
    }
}
