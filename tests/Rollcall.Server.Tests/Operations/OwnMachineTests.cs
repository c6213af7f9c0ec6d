using Rollcall.Core.Tests;
using Rollcall.Server.Operations;
using Xunit;

namespace Rollcall.Server.Tests.Operations;

public sealed class OwnMachineTests
{
    [Fact]
    public void This_machine_tells_its_figures_where_it_runs_linux()
    {
        var clock = new TestClock();
        var machine = new OwnMachine(Path.GetTempPath(), clock);
        if (!OperatingSystem.IsLinux())
        {
            Assert.Throws<IOException>(machine.Read);
            return;
        }

        var first = machine.Read();
        Assert.Null(first.CpuPercent);
        Assert.InRange(first.MemoryPercent!.Value, 0.1, 100);
        Assert.InRange(first.DiskPercent!.Value, 0, 100);
        Assert.InRange(first.Load1m!.Value, 0, 10_000);
        Assert.Same(first, machine.Read());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotSame(first, machine.Read());
    }

    [Fact]
    public void Where_there_is_no_proc_asking_fails_and_says_why() => Assert.Equal(
        "figures of this machine can be read on Linux only",
        Assert.Throws<IOException>(() => new OwnMachine(Path.GetTempPath(), new TestClock(), "/no/such/proc").Read()).Message);

    /// <summary>Kernels before 3.14 do not tell it.</summary>
    [Fact]
    public void Where_the_available_memory_is_not_told_that_is_why_it_cannot_be_read() => Assert.Equal(
        "/proc/meminfo has no MemAvailable",
        Assert.Throws<FormatException>(() => OwnMachine.Memory(["MemTotal:       1000 kB", "MemFree:        10 kB"])).Message);

    [Fact]
    public void The_load_of_the_processors_is_that_between_two_looks()
    {
        var proc = Directory.CreateTempSubdirectory("rollcall-proc-");
        var clock = new TestClock();
        void Look(string ticks) => File.WriteAllText(Path.Combine(proc.FullName, "stat"), ticks + "\ncpu0 1 2 3\n");
        File.WriteAllText(Path.Combine(proc.FullName, "meminfo"), "MemTotal:       1000 kB\nMemFree:        10 kB\nMemAvailable:   250 kB\n");
        File.WriteAllText(Path.Combine(proc.FullName, "loadavg"), "2.48 2.49 1.52 1/93 19919\n");
        var machine = new OwnMachine(Path.GetTempPath(), clock, proc.FullName);
        Look("cpu  100 0 100 800 0 0 0 0 50 0");
        Assert.Equal((75.0, 2.48), (machine.Read().MemoryPercent!.Value, machine.Read().Load1m!.Value));
        clock.Advance(TimeSpan.FromSeconds(1));
        Look("cpu  125 0 105 860 10 0 0 0 70 0");
        Assert.Equal(30, machine.Read().CpuPercent);
        proc.Delete(recursive: true);
    }
}
