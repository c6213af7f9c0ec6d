using System.CommandLine;
using Rollcall.Core.Log;

namespace Rollcall.Cli;

/// <summary><c>rollcall backup</c>: copies the log of a data directory, also while a hub runs there.</summary>
internal static class BackupCommand
{
    public static Command Make()
    {
        var file = new Argument<string>("file") { Description = "Where the copy goes: a new file." };
        var data = DataCommand.Option();
        var backup = new Command("backup", "Copy the log, as of this moment; a hub that begins with the copy has its watchers begin anew.") { file, data };
        backup.SetAction(parsed => DataCommand.Run(() =>
        {
            var copy = Path.GetFullPath(parsed.GetValue(file)!);
            SqliteBackup.Make(parsed.GetValue(data)!, copy);
            Console.Out.WriteLine($"{copy}: {(new FileInfo(copy).Length + 1023) / 1024} KiB");
        }));
        return backup;
    }
}
