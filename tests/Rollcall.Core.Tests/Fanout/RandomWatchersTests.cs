using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

public sealed class RandomWatchersTests
{
    private const int Hubs = 30;
    private const int RoundsEach = 10;

    [Fact]
    public async Task A_watcher_that_stalls_breaks_and_comes_back_at_random_misses_nothing_or_is_told_so()
    {
        for (var seed = 0; seed < Hubs; seed++)
        {
            await Play(seed);
        }
    }

    private static async Task Play(int seed)
    {
        var random = new Random(seed);
        await using var fixture = await HubFixture.StartWith("a");
        for (var round = 0; round < RoundsEach; round++)
        {
            var first = fixture.Log.Head;
            var publishing = Task.Run(() => Publish(fixture, new Random((seed * 1000) + round)), TestContext.Current.CancellationToken);
            var (heard, after) = (new List<Frame>(), (long?)null);
            while (!publishing.IsCompleted)
            {
                using var watcher = new Watcher(fixture) { Broken = random.Next(8) == 0 };
                await watcher.Join(random.Next(4) == 0 ? "sessions session:a" : "sessions", after);
                await Live(watcher, fixture, random);
                heard.AddRange(watcher.Heard.Where(frame => frame.Event != "resumed"));
                after = heard.Count == 0 ? null : heard.Max(frame => frame.Seq);
            }

            await publishing;
            var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = $"last {round}" })).Seq;
            using var final = new Watcher(fixture);
            await final.Join("sessions", after);
            await final.Until(last);
            var replica = new Replica(await fixture.Events());
            replica.Hear([.. heard.Select(One), .. final.Heard]);
            Assert.Equal(last, replica.Seq);
            replica.IsComplete(fixture.Hub.View.Live.Values);
            Assert.True(first < last);
        }
    }

    /// <summary>The state of several topics has a part for each.</summary>
    private static Frame One(Frame frame) => frame.IsState && frame.Payload.TryGetProperty("session:a", out _)
        ? frame with { Payload = frame.Payload.GetProperty("sessions") }
        : frame;

    private static async Task Live(Watcher watcher, HubFixture fixture, Random random)
    {
        for (var i = random.Next(6); i > 0; i--)
        {
            switch (random.Next(3))
            {
                case 0:
                    watcher.Stall();
                    break;
                case 1:
                    watcher.ReadOn();
                    break;
                default:
                    await fixture.Hub.Submit(new Heartbeat { SessionId = "a" });
                    break;
            }
        }
    }

    private static async Task Publish(HubFixture fixture, Random random)
    {
        for (var i = random.Next(3, 12); i > 0; i--)
        {
            await fixture.Hub.Submit(random.Next(6) switch
            {
                0 => [.. Enumerable.Range(0, 7).Select(_ => new AppendOutput { SessionId = "a", Text = new string('x', 50_000) })],
                1 => [.. Enumerable.Range(0, 60).Select(j => new UpdateSession { SessionId = "a", Name = new string('n', 200) + j })],
                2 => [new CreateSession { SessionId = $"s{random.Next(4)}", Revive = true }],
                3 => [new TerminateSession { SessionId = $"s{random.Next(4)}" }],
                _ => [new ChangeStatus { SessionId = "a", Status = random.Next(2) == 0 ? SessionStatus.Active : SessionStatus.Waiting }],
            });
        }
    }
}
