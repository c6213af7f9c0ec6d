using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Rollcall.Core.Fanout;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>What goes out through TLS, while there is more of it than the kernel takes, and when the other side goes.</summary>
public sealed class TlsOutputTests : IAsyncLifetime
{
    /// <summary>Together 3 MB: more than the kernel holds for a client that does not read, less than a topic keeps.</summary>
    private const int Pieces = 60;
    private const int PieceLength = 50_000;

    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        var patient = new FanoutOptions { Shards = 1, BurstTolerance = TimeSpan.FromMinutes(5), MaxStall = TimeSpan.FromMinutes(5) };
        _hub = await TestHub.Start(new RollcallOptions { Fanout = patient }, tls: true);
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "s" })).Status);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_socket_that_stalls_is_told_all_of_it_in_order()
    {
        using var client = await Join(_hub);
        await Flood();
        for (var i = 0; i < Pieces; i++)
        {
            Assert.Equal(Piece(i), Text(await client.Read()));
        }
    }

    /// <summary>Small events: what TLS makes of them is held until others' is sent, too.</summary>
    [Fact]
    public async Task A_socket_that_stalls_beside_others_is_told_all_of_it_in_order()
    {
        const int pieces = 500, length = 6_000;
        using var stalled = await Join(_hub);
        using var before = await Join(_hub);
        using var behind = await Join(_hub);
        for (var i = 0; i < pieces; i++)
        {
            Assert.InRange((await _hub.Post("/api/v1/sessions/s/output", new { text = Piece(i, length) })).Status, 200, 299);
            Assert.Equal(Piece(i, length), Text(await before.Read()));
            Assert.Equal(Piece(i, length), Text(await behind.Read()));
        }

        for (var i = 0; i < pieces; i++)
        {
            Assert.Equal(Piece(i, length), Text(await stalled.Read()));
        }
    }

    /// <summary>What TLS itself has to say, on the thread that reads, must not come into the middle of a record that waits.</summary>
    [Fact]
    public async Task Nothing_overtakes_what_waits_for_a_full_socket()
    {
        const int large = 64 * 1024 * 1024, small = 100, times = 2_000;
        var (said, hang) = (0, TimeSpan.FromSeconds(30));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var reader = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await reader.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        using var writer = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var connection = new DefaultConnectionContext { Transport = new Pipes() };
        connection.Features.Set<IConnectionSocketFeature>(new SocketOf(writer));

        var writing = Task.Run(() => TlsOutput.Serve(connection, async served =>
        {
            try
            {
                var output = served.Features.Get<TlsOutput>()!;
                var (began, first, others) = (Stopwatch.GetTimestamp(), output.WriteAsync(new byte[large]).AsTask(), new List<Task>());
                Assert.False(first.IsCompleted);
                for (var spin = default(SpinWait); others.Count < times && !first.IsCompleted && Stopwatch.GetElapsedTime(began) < hang; spin.SpinOnce(sleep1Threshold: -1))
                {
                    // There is room now, and who waits for it has yet to be woken.
                    if (writer.Poll(0, SelectMode.SelectWrite))
                    {
                        others.Add(output.WriteAsync(Enumerable.Repeat((byte)1, small).ToArray()).AsTask());
                    }
                }

                await Task.WhenAll([first, .. others]).WaitAsync(hang, TestContext.Current.CancellationToken);
                said = others.Count;
            }
            finally
            {
                writer.Shutdown(SocketShutdown.Send);
            }
        }), TestContext.Current.CancellationToken);
        var (heard, buffer) = (new List<byte>(), new byte[16 * 1024]);
        for (int read; (read = await reader.ReceiveAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
        {
            heard.AddRange(buffer.AsSpan(0, read));
        }

        await writing.WaitAsync(hang, TestContext.Current.CancellationToken);
        Assert.NotEqual(0, said);
        Assert.Equal((large, large + (small * said)), (heard.IndexOf(1), heard.Count));
        Assert.Equal(-1, heard.IndexOf(0, large));
    }

    /// <summary>Both sides change their keys between the records of what is told.</summary>
    [Fact]
    public async Task Who_asks_for_new_keys_again_and_again_is_told_all_of_it_in_order()
    {
        OpenSslStream tls = null!;
        using var client = await Join(_hub, socket => tls = new OpenSslStream(socket));
        var flood = Flood();
        var (told, asked, answered) = (0, 0, 0);
        while (told < Pieces || answered < asked)
        {
            if (asked < Pieces && asked <= told)
            {
                asked++;
                tls.UpdateKeys();
                await client.Send([ClientFrame.Text($$"""[null,"{{asked}}","phoenix","heartbeat",{}]""")]);
            }

            var frame = (await client.Read())!;
            if (frame.Payload.AsSpan().IndexOf("\"phx_reply\""u8) >= 0)
            {
                answered++;
            }
            else
            {
                Assert.Equal(Piece(told++), Text(frame));
            }
        }

        await flood;
        Assert.InRange(tls.Updates, Pieces / 2, Pieces);
    }

    [Fact]
    public async Task A_socket_is_ended_while_a_write_waits()
    {
        using var client = await Join(_hub);
        await Flood();
        Assert.Single(Outlets()).Abort();
        await Nobody();
        Assert.InRange(await client.ToTheEnd(), 0, Pieces * PieceLength);
    }

    [Fact]
    public async Task Nothing_is_said_behind_a_close()
    {
        using var client = await Join(_hub);
        await Flood();
        Assert.Single(Outlets()).Close(1013, "enough");
        for (var closed = false; await client.Read() is { } frame; closed = frame.IsClose)
        {
            Assert.False(closed, "something came behind the close");
        }
    }

    /// <summary>The web server's own way out would wait for a client that reads nothing until it is made to stop.</summary>
    [Fact]
    public async Task Who_does_not_read_a_stream_does_not_hold_up_the_end()
    {
        using var http = Http("1.1");
        using var stream = await http.GetAsync("/api/v1/events/stream?topics=session:s", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await Until(1);
        await Flood();
        await _hub.Restart().WaitAsync(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Everybody_hears_all_of_a_farewell()
    {
        var hub = await TestHub.Start(tls: true);
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Join(hub)));
        var stopping = hub.DisposeAsync();
        foreach (var client in clients)
        {
            ServerFrame? last = null;
            while (await client.Read() is { } frame)
            {
                last = frame;
                await client.Send(frame.IsClose ? [ClientFrame.Close(1012)] : []);
            }

            Assert.Equal("close 1012", last?.Words);
            client.Dispose();
        }

        await stopping;
    }

    [Theory]
    [InlineData("1.1", false)]
    [InlineData("1.1", true)]
    [InlineData("2.0", false)]
    [InlineData("2.0", true)]
    public async Task A_stream_whose_client_goes_away_is_ended(string version, bool stalled)
    {
        using (var http = Http(version))
        using (await http.GetAsync("/api/v1/events/stream?topics=session:s", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            await Until(1);
            if (stalled)
            {
                await Flood();
            }
        }

        await Nobody();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_large_answer_comes_whole_to_who_reads_it_late(string version)
    {
        const string Path = "/api/v1/sessions/s/events?limit=1000";
        await Flood();
        using var http = Http(version);
        using var answer = await http.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(Version.Parse(version), answer.Version);
        Assert.Equal((await _hub.Get(Path)).Text, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string Piece(int number, int length = PieceLength) => $"{number.ToString(CultureInfo.InvariantCulture)} {new string('x', length)}";

    private static string? Text(ServerFrame? told)
    {
        using var json = JsonDocument.Parse(told!.Payload);
        return json.RootElement[4].GetProperty("text").GetString();
    }

    private HttpClient Http(string version) => new(new HttpClientHandler
    {
        ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
    })
    {
        BaseAddress = _hub.TlsAddress,
        DefaultRequestVersion = Version.Parse(version),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task<WireClient> Join(TestHub hub, Func<Socket, Stream>? own = null)
    {
        var client = await WireClient.Open(hub.TlsAddress, own: own);
        await client.Send([ClientFrame.Text("""["1","1","session:s","phx_join",{}]""")]);
        Assert.NotNull(await client.Read());
        return client;
    }

    private async Task Flood()
    {
        for (var i = 0; i < Pieces; i++)
        {
            Assert.InRange((await _hub.Post("/api/v1/sessions/s/output", new { text = Piece(i) })).Status, 200, 299);
        }
    }

    private List<Outlet> Outlets()
    {
        var outlets = new List<Outlet>();
        _hub.Hub.Fanout.TakeOutlets(0, outlets);
        return outlets;
    }

    private sealed record SocketOf(Socket Socket) : IConnectionSocketFeature;

    private sealed class Pipes : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(Stream.Null);

        public PipeWriter Output { get; } = PipeWriter.Create(Stream.Null);
    }

    private Task Nobody() => Until(0);

    private Task Until(int outlets) => Hearing.Eventually(() => Task.FromResult(_hub.Hub.Fanout.OutletCount == outlets));
}
