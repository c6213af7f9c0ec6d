using System.Globalization;
using System.Text;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>
/// nats-server: who subscribes does so over its WebSocket listener, who publishes does so over its own protocol, where
/// nothing is answered. It stores nothing.
/// </summary>
internal sealed class NatsPeer : Contender
{
    private const string Connect = "CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":1}\r\n";

    private readonly Address _commands;
    private readonly string _config;

    private NatsPeer(string name, ServerProcess server, Address commands, string config)
        : base(name, server) => (_commands, _config) = (commands, config);

    public override Script Script => new(
        "/",
        (null, "INFO "),
        ($"{Connect}SUB bench 1\r\nPING\r\n", "PONG"));

    /// <summary>Sample of a frame: <c>MSG bench 1 300\r\n{…}\r\nMSG …</c>.</summary>
    public override Grammar Grammar => new("{\"session_id\":", (byte)'\n');

    protected override Address CommandsTo => _commands;

    protected override bool Answers => false;

    public static async Task<Contender> Start(string name, Start start)
    {
        var commands = ServerProcess.FreeAddress();
        var config = Path.Combine(Path.GetTempPath(), $"rollcall-bench-nats-{Guid.NewGuid():N}.conf");
        try
        {
            var server = await ServerProcess.Start(
                new Launch("nats-server", address =>
                {
                    // The load client answers no PING: they are put off until after its rounds.
                    File.WriteAllText(config, $$"""
                        listen: {{commands}}
                        ping_interval: "2h"
                        max_connections: 20000
                        websocket { listen: "{{address.EndPoint}}", no_tls: true }
                        """);
                    return ["-c", config];
                }),
                start);
            return new NatsPeer(name, server, new Address(commands), config);
        }
        catch
        {
            File.Delete(config);
            throw;
        }
    }

    public override Caller Call(Poller poller)
    {
        var caller = base.Call(poller);
        caller.Send(Encoding.ASCII.GetBytes(Connect));
        return caller;
    }

    public override void Dispose()
    {
        base.Dispose();
        File.Delete(_config);
    }

    protected override byte[] Command(int slot, bool odd)
    {
        var message = Event.Json(slot, odd, Event.Length);
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"PUB bench {message.Length}\r\n{message}\r\n"));
    }
}
