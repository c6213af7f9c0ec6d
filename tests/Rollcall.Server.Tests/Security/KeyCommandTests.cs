using Rollcall.Server.Security;
using Rollcall.Server.Tests.Chaos;

namespace Rollcall.Server.Tests.Security;

/// <summary><c>rollcall key</c>, run as a person runs it.</summary>
public sealed class KeyCommandTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("rollcall-key-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Theory]
    [InlineData("--expires", "10000000d", "must be at most 36500d")]
    [InlineData("--expires", "36501d", "must be at most 36500d")]
    [InlineData("--expires", "1.5", "must be a duration such as 90d, or an RFC 3339 time such as 2030-01-31T00:00:00Z")]
    [InlineData("--expires", "٣d", "must be a duration such as 90d, or an RFC 3339 time such as 2030-01-31T00:00:00Z")]
    [InlineData("--expires", "2099-01-31", "must be a duration such as 90d, or an RFC 3339 time such as 2030-01-31T00:00:00Z")]
    [InlineData("--expires", "0s", "must be in the future")]
    [InlineData("--expires", "0d", "must be in the future")]
    [InlineData("--expires", "2020-01-01T00:00:00Z", "must be in the future")]
    [InlineData("--name", "a\tb", "must have no tabs, newlines or other control characters")]
    [InlineData("--name", "a\nb", "must have no tabs, newlines or other control characters")]
    [InlineData("--project", "a\tb", "must have no tabs, newlines or other control characters")]
    [InlineData("--project", "a\nb", "must have no tabs, newlines or other control characters")]
    [InlineData("--project", "", "must name a project; leave it out for all")]
    [InlineData("--project", " ", "must name a project; leave it out for all")]
    public async Task What_makes_no_sense_is_refused_in_words(string option, string value, string rule)
    {
        var (code, said) = await Create(option, value);

        Assert.Equal((1, $"{option} {rule}"), (code, said));
        Assert.Empty(KeyFile.Read(_data));
    }

    [Fact]
    public async Task A_time_and_a_duration_say_when_it_ends()
    {
        Assert.Equal(0, (await Create("--expires", "2099-01-31T02:00:00+02:00")).Code);
        Assert.Equal(0, (await Create("--expires", "36500d")).Code);

        var keys = KeyFile.Read(_data);
        Assert.Equal(new DateTimeOffset(2099, 1, 31, 0, 0, 0, TimeSpan.Zero), keys[0].ExpiresAt);
        Assert.Equal(TimeSpan.FromDays(36_500).TotalSeconds, (keys[1].ExpiresAt - keys[1].CreatedAt)!.Value.TotalSeconds, 60d);
    }

    [Fact]
    public async Task A_key_that_was_once_made_of_an_empty_project_can_be_revoked()
    {
        var (blank, _) = Key.Make(Scopes.Watch, [""], null, null, DateTimeOffset.UnixEpoch);
        KeyFile.Change(_data, keys => [.. keys, blank]);

        Assert.Equal((0, ""), await Run("list"));
        Assert.Equal((0, $"Key {blank.Id} is revoked."), await Run("revoke", blank.Id));

        Assert.NotNull(KeyFile.Read(_data).Single().RevokedAt);
    }

    private Task<(int Code, string Said)> Create(params string[] options) => Run(["create", "--scope", "watch", .. options]);

    private Task<(int Code, string Said)> Run(params string[] command) => HubProcess.Command(["key", .. command, "--data", _data]);
}
