using System.Runtime.Versioning;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>The files of the keys.</summary>
public sealed class KeyFileTests
{
    [Fact, UnsupportedOSPlatform("windows")]
    public void The_first_key_makes_a_data_directory_that_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no such modes");
        var above = Directory.CreateTempSubdirectory("rollcall-keys-");
        var data = Path.Combine(above.FullName, "data");
        KeyFile.Change(data, keys => keys);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        Assert.All(Directory.GetFiles(data), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        above.Delete(recursive: true);
    }
}
