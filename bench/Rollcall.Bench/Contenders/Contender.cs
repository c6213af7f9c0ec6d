using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>A server under test, how one watches it, and how one tells it something.</summary>
internal abstract class Contender(string name, ServerProcess server) : IDisposable
{
    /// <summary>How the id of each slot's session begins; its number follows.</summary>
    public const string SessionPrefix = "bench-";

    private byte[][][] _commands = [];
    private int[] _turns = [];

    /// <summary>As in the tables.</summary>
    public string Name => name;

    public ServerProcess Server => server;

    /// <summary>How a watcher joins.</summary>
    public abstract Script Script { get; }

    /// <summary>How to tell one message of a received frame from the next, and which ones count.</summary>
    public abstract Grammar Grammar { get; }

    /// <summary>Where commands go to.</summary>
    protected virtual Address CommandsTo => Server.Address;

    /// <summary>Whether commands are answered.</summary>
    protected virtual bool Answers => true;

    /// <summary>Makes the sessions that the slots stand for.</summary>
    public virtual void Prepare(int slots)
    {
        _commands = [.. Enumerable.Range(0, slots).Select(slot => new[] { Command(slot, false), Command(slot, true) })];
        _turns = new int[slots];
    }

    /// <summary>How many commands are under way at a time when so many sessions change at a time.</summary>
    public virtual int Slots(int outstanding) => outstanding;

    /// <summary>The next command of a slot, as it goes over the wire: it changes what the one before has set.</summary>
    public byte[] Next(int slot) => _commands[slot][_turns[slot]++ & 1];

    /// <summary>The next command of a slot when so many sessions change at a time.</summary>
    public virtual byte[] Next(int slot, int outstanding) => Next(slot);

    /// <summary>Connects somebody who sends commands.</summary>
    public virtual Caller Call(Poller poller) => new(poller, CommandsTo, Answers);

    /// <summary>Connects a caller for each slot.</summary>
    public virtual IReadOnlyList<ICaller> Callers(Poller poller, int slots) => [.. Enumerable.Range(0, slots).Select(_ => Call(poller))];

    /// <summary>Connects watchers that note on the board what they hear.</summary>
    public Crowd Gather(Poller poller, int count, Board? board)
    {
        var crowd = new Crowd(poller, Server.Address, Script);
        var grammar = Grammar;
        crowd.Gather(count, watcher => board is null ? null : payload => grammar.Read(payload, board, watcher.Index));
        return crowd;
    }

    /// <summary>What the server counts of itself; empty when it counts nothing.</summary>
    public virtual Counters Count() => Counters.None;

    public virtual void Dispose() => Server.Dispose();

    /// <summary>A command of a slot: one of two, so that each changes what the other has set.</summary>
    protected abstract byte[] Command(int slot, bool odd);

    /// <summary>An HTTP request as it goes over the wire.</summary>
    protected byte[] Request(string method, string path, string json = "") => CommandsTo.Request(method, path, json);

    /// <summary>Tells something once, with nobody who notes it.</summary>
    public void Tell(int slot)
    {
        using var poller = new Poller();
        var callers = Callers(poller, _turns.Length);
        var done = false;
        callers[slot].Answered = _ => done = true;
        callers[slot].Send(Next(slot));
        while (!done)
        {
            poller.Turn(100);
        }

        foreach (var caller in callers)
        {
            caller.Dispose();
        }
    }

    /// <summary>Asks for something over HTTP and waits for the answer's body.</summary>
    public string Ask(string method, string path, string json = "")
    {
        using var poller = new Poller();
        using var caller = Call(poller);
        return caller.Ask(Request(method, path, json));
    }
}
