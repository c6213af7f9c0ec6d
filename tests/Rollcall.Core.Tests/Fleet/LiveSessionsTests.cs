using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

public sealed class LiveSessionsTests
{
    [Theory]
    [InlineData(30, 4000)]
    [InlineData(3000, 20_000)]
    [InlineData(60_000, 90_000)]
    public void It_is_a_map_through_any_changes_and_what_was_taken_from_it_stays_as_it_was(int ids, int changes)
    {
        var random = new Random(ids);
        var expected = new Dictionary<string, Session>();
        var (map, kept) = (LiveSessions.Empty, new List<(LiveSessions Map, Dictionary<string, Session> Expected)>());
        for (var done = 0; done < changes;)
        {
            var batch = Enumerable.Range(0, random.Next(1, changes / 20)).Select(_ => Some(random, ids)).DistinctBy(session => session.View.Id).ToList();
            map = map.With(batch);
            batch.ForEach(session => Apply(expected, session));
            kept.Add((map, new(expected)));
            done += batch.Count;
        }

        Assert.All(kept, moment => Same(moment.Expected, moment.Map, ids));

        // Down to nothing: what is empty leaves nothing behind.
        map = map.With(map.Values.Select(Ended).ToList());
        Same([], map, ids);
        Assert.Empty(map.Values);
    }

    [Fact]
    public void It_is_a_map_through_small_changes_among_many_and_when_few_are_left()
    {
        const int many = 20_000;
        var random = new Random(many);
        var expected = new Dictionary<string, Session>();
        var map = LiveSessions.Empty;
        Change([.. Enumerable.Range(0, many).Select(i => Alive($"s{i}", 0))]);
        for (var i = 0; i < 100; i++)
        {
            Change([.. Enumerable.Range(0, 100).Select(_ => Some(random, many)).DistinctBy(session => session.View.Id)]);
        }

        Same(expected, map, many);
        Change([.. map.Values.Skip(10).Select(Ended)]);
        Change([Alive("s0", 1), Ended(map.Values.First())]);
        Same(expected, map, many);

        void Change(List<Session> changed)
        {
            changed.ForEach(session => Apply(expected, session));
            map = map.With(changed);
        }
    }

    [Fact]
    public void A_session_that_is_not_there_is_not_found_and_need_not_be_removed()
    {
        var map = LiveSessions.Empty.With([Alive("a", 1)]);
        Assert.False(map.TryGetValue("b", out _));
        Assert.Throws<KeyNotFoundException>(() => map["b"]);
        Same(new() { ["a"] = map["a"] }, map.With([Ended(Alive("b", 1))]), 2);
    }

    private static void Same(Dictionary<string, Session> expected, LiveSessions map, int ids)
    {
        Assert.Equal(expected.Count, map.Count);
        Assert.Equal(expected.Count, map.Values.Distinct().Count());
        Assert.True(map.Values.All(session => ReferenceEquals(expected[session.View.Id], session)));
        Assert.Equal(expected.Keys.Order(), map.Keys.Order());
        for (var i = 0; i < ids; i += 1 + (ids / 500))
        {
            Assert.Same(expected.GetValueOrDefault($"s{i}"), map.GetValueOrDefault($"s{i}"));
        }
    }

    private static void Apply(Dictionary<string, Session> expected, Session session)
    {
        if (session.View.IsLive)
        {
            expected[session.View.Id] = session;
        }
        else
        {
            expected.Remove(session.View.Id);
        }
    }

    private static Session Some(Random random, int ids)
    {
        var session = Alive($"s{random.Next(ids)}", random.Next());
        return random.Next(4) == 0 ? Ended(session) : session;
    }

    private static Session Alive(string id, long version) => new(new SessionView { Id = id, Status = SessionStatus.Active, Version = version });

    private static Session Ended(Session session) => new(session.View with { Status = SessionStatus.Terminated });
}
