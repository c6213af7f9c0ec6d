using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>
/// A server that decides nothing and stores nothing, so that it does less than the hub does: a request comes in, and
/// everybody hears of its body.
/// </summary>
/// <param name="name">As in the tables.</param>
/// <param name="server">Where it runs.</param>
/// <param name="manner">What it speaks.</param>
internal sealed class HttpPeer(string name, ServerProcess server, Manner manner) : Contender(name, server)
{
    public override Script Script => manner.Script;

    public override Grammar Grammar => manner.Grammar;

    public override Counters Count() =>
        manner.CountsWrites ? new Counters(Counters.Read(Ask("GET", "/"), "socket_writes_total"), null) : Counters.None;

    protected override byte[] Command(int slot, bool odd) => Request("POST", manner.Path, manner.Body(slot, odd));
}

/// <summary>What a peer speaks.</summary>
/// <param name="Script">How a watcher joins.</param>
/// <param name="Grammar">How its messages look.</param>
/// <param name="Path">Where commands are posted to.</param>
/// <param name="Body">What is posted about a slot.</param>
internal sealed record Manner(Script Script, Grammar Grammar, string Path, Func<int, bool, string> Body)
{
    public bool CountsWrites { get; init; }
}
