using Microsoft.Extensions.Logging;
using Rollcall.Core.Tests;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>A file of keys that cannot be read for a while, and watchers that fail: what the ring of keys does and says.</summary>
public sealed class UnreadKeysTests : IDisposable
{
    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly string _data = Directory.CreateTempSubdirectory("rollcall-keys-").FullName;
    private readonly TestClock _clock = new();
    private readonly Said _said = new();
    private readonly KeyRing _ring;

    public UnreadKeysTests()
    {
        KeyFile.Change(_data, _ => [Whole.Key]);
        _ring = new KeyRing(_data, _clock, _said);
    }

    private string Keys => KeyFile.PathIn(_data);

    public void Dispose()
    {
        _ring.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>Nothing is known of a folder in the file's place, so that one time is like the other.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_time_that_they_cannot_be_read_is_told_once(bool changedBetween)
    {
        for (var times = 1; times <= 2; times++)
        {
            File.Move(Keys, Keys + ".away");
            Directory.CreateDirectory(Keys);
            Assert.NotNull(_ring.Verify(Whole.Credential));
            _clock.Advance(2 * Look);
            Assert.Equal(times, _said.Errors);

            Directory.Delete(Keys);
            File.Move(Keys + ".away", Keys);
            if (changedBetween)
            {
                KeyFile.Change(_data, keys => [.. keys, Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch).Key]);
            }

            Assert.NotNull(_ring.Verify(Whole.Credential));
        }

        Assert.Equal(changedBetween ? 3 : 1, _ring.All.Count);
    }

    /// <summary>Those who come while they cannot be read do not wait for it.</summary>
    [Fact]
    public void They_are_tried_again_by_the_timer_only()
    {
        File.Delete(Keys);
        Directory.CreateDirectory(Keys);
        Assert.NotNull(_ring.Verify(Whole.Credential));

        // No file is none, too, of which nothing is known.
        Directory.Delete(Keys);
        Assert.NotNull(_ring.Verify(Whole.Credential));
        _clock.Advance(Look);
        Assert.Null(_ring.Verify(Whole.Credential));
    }

    [Fact]
    public void A_watcher_that_fails_ends_nothing_and_keeps_no_other_from_being_told()
    {
        var (principal, told) = (_ring.Verify(Whole.Credential)!, 0);
        using var over = new CancellationTokenSource();
        using var failing = new RevocationWatch(_ring, principal, over.Cancel);
        using var other = new RevocationWatch(_ring, principal, () => told++);
        over.Dispose();

        KeyFile.Change(_data, _ => []);
        _clock.Advance(Look);

        Assert.Equal((1, 1), (told, _said.Warnings));
    }

    /// <summary>Counts what is said.</summary>
    private sealed class Said : ILogger<KeyRing>
    {
        public int Errors { get; private set; }

        public int Warnings { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Errors += logLevel == LogLevel.Error ? 1 : 0;
            Warnings += logLevel == LogLevel.Warning ? 1 : 0;
        }
    }
}
