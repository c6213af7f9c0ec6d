using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>A key whose end the clock passes, is set back over, and passes again.</summary>
public sealed class SteppedClockTests : ILogger<KeyRing>, IDisposable
{
    private static readonly DateTimeOffset End = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string _data = Directory.CreateTempSubdirectory("rollcall-clock-").FullName;
    private readonly ConcurrentQueue<string> _said = [];

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public void It_is_valid_again_and_its_second_end_is_told_as_the_first()
    {
        var (key, credential) = Key.Make(Scopes.All, null, null, End, DateTimeOffset.UnixEpoch);
        KeyFile.Change(_data, keys => [.. keys, key]);
        var clock = new Clock { Now = End.AddMinutes(-1) };
        using var ring = new KeyRing(_data, clock, this);
        var before = ring.Verify(credential)!;

        clock.Set(End);
        Assert.Null(ring.Verify(credential));
        Assert.Single(_said, $"key {key.Id} is no longer valid");

        clock.Set(End.AddMinutes(-1));
        Assert.True(ring.Honours(before));
        var ended = 0;
        using var watch = new RevocationWatch(ring, before, () => ended++);
        Assert.Equal(0, ended);

        clock.Set(End);
        Assert.Equal((1, 2), (ended, _said.Count));
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _said.Enqueue(formatter(state, exception));

    /// <summary>A wall clock that is set; each timer rings whenever it was.</summary>
    private sealed class Clock : TimeProvider
    {
        private Action? _ring;

        public DateTimeOffset Now { get; set; }

        public void Set(DateTimeOffset now)
        {
            Now = now;
            _ring?.Invoke();
        }

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _ring += () => callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
