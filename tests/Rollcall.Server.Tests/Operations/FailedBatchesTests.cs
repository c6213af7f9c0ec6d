using Microsoft.Extensions.Logging;
using Rollcall.Core.Tests;
using Rollcall.Server.Operations;

namespace Rollcall.Server.Tests.Operations;

/// <summary>What is written down while the log refuses everything.</summary>
public sealed class FailedBatchesTests
{
    [Fact]
    public void A_log_that_refuses_a_thousand_batches_a_second_is_written_down_at_once_and_then_every_ten_seconds_with_their_number()
    {
        var clock = new TestClock();
        var said = new Said();
        var failed = new FailedBatches(said, clock);

        for (var i = 0; i < 15_000; i++)
        {
            failed.Note(new IOException("disk is full"));
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([0L, 9_999L], said.Numbers);
    }

    [Fact]
    public void One_that_refuses_again_much_later_is_written_down_at_once()
    {
        var clock = new TestClock();
        var said = new Said();
        var failed = new FailedBatches(said, clock);

        failed.Note(new IOException("disk is full"));
        clock.Advance(TimeSpan.FromMinutes(1));
        failed.Note(new IOException("disk is full"));

        Assert.Equal([0L, 0L], said.Numbers);
    }

    private sealed class Said : ILogger
    {
        public List<long> Numbers { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal((LogLevel.Error, "disk is full"), (logLevel, exception!.Message));
            Numbers.Add((long)((IReadOnlyList<KeyValuePair<string, object?>>)state!).Single(part => part.Key == "Unsaid").Value!);
        }
    }
}
