using System.Diagnostics;
using System.Globalization;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>A disk, for a hub that is launched with these variables, whose syncs of the log fail or hang when told to. It stands between the hub and the C library of Linux.</summary>
internal sealed class FaultyDisk : IDisposable
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <time.h>
        #include <unistd.h>
        static int of_log(int file) {
            char link[64], path[512];
            snprintf(link, sizeof link, "/proc/self/fd/%d", file);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (length <= 0) return 0;
            path[length] = 0;
            return strstr(path, "rollcall.db") != NULL;
        }
        static int sync_as(const char *name, int file) {
            FILE *told = of_log(file) ? fopen(getenv("FAULTY_DISK"), "r") : NULL;
            int seconds = 0, times = 0;
            if (told) {
                if (fscanf(told, "%d %d", &seconds, &times) != 2) times = 0;
                fclose(told);
            }
            if (times > 0) {
                FILE *left = fopen(getenv("FAULTY_DISK"), "w");
                fprintf(left, "%d %d", seconds, times - 1);
                fclose(left);
                if (seconds == 0) { errno = EIO; return -1; }
                struct timespec wait = { seconds, 0 };
                nanosleep(&wait, NULL);
            }
            return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
        }
        int fdatasync(int file) { return sync_as("fdatasync", file); }
        int fsync(int file) { return sync_as("fsync", file); }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("rollcall-disk-").FullName;

    private FaultyDisk()
    {
    }

    public IEnumerable<(string Name, string Value)> Variables => [("LD_PRELOAD", Path.Combine(_folder, "disk.so")), ("FAULTY_DISK", Told)];

    private string Told => Path.Combine(_folder, "told");

    /// <summary>Skips the test where there is no compiler for it.</summary>
    public static async Task<FaultyDisk> Make()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/cc"), "it needs Linux and a C compiler");
        var disk = new FaultyDisk();
        using var cc = Process.Start(new ProcessStartInfo("cc", ["-shared", "-fPIC", "-x", "c", "-", "-o", Path.Combine(disk._folder, "disk.so"), "-ldl"]) { RedirectStandardInput = true })!;
        await cc.StandardInput.WriteAsync(Source);
        cc.StandardInput.Close();
        await cc.WaitForExitAsync();
        Assert.Equal(0, cc.ExitCode);
        return disk;
    }

    /// <summary>The next syncs of the log fail.</summary>
    public void Fail(int times) => Tell(0, times);

    /// <summary>The next sync of the log takes so long.</summary>
    public void Hang(int seconds) => Tell(seconds, 1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Tell(int seconds, int times) => File.WriteAllText(Told, string.Create(CultureInfo.InvariantCulture, $"{seconds} {times}"));
}
