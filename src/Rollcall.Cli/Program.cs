using System.CommandLine;
using Rollcall.Cli;
using Rollcall.Server.Sockets;

SocketThreads.LetGoOn();

var rollcall = new RootCommand("Knows every live agent session, on every machine, and tells everyone who watches.")
{
    ServeCommand.Make(),
    KeyCommands.Make(TimeProvider.System),
    BackupCommand.Make(),
};

// The hub itself answers SIGINT and SIGTERM: it takes its leave of whoever watches.
return await rollcall.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
