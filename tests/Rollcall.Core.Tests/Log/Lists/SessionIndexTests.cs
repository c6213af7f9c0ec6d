using Rollcall.Core.Log;
using Rollcall.Core.Log.Lists;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log.Lists;

public sealed class SessionIndexTests
{
    private static readonly string?[] Names =
        [null, "", "Task", "task 1", "TASK 10", "größe", "Größe", "É", "é", "100%", "a_b", "it's \"so\"", "x\ny", "\0x", "\u001f", "\uD83D\uDE00", new('n', 255)];

    private static readonly SessionStatus[] Alive = [SessionStatus.Initializing, SessionStatus.Active, SessionStatus.Idle, SessionStatus.Waiting, SessionStatus.Error, SessionStatus.Terminating];

    private readonly SessionIndex index = new(0);
    private readonly Random random = new(7655);
    private readonly ListModel model = new(7656);
    private long seq;

    [Theory]
    [InlineData(300, 40, 100)]
    [InlineData(6_000, 6, 100)]
    [InlineData(60_000, 2, 60)]
    public async Task Every_list_is_what_sorting_everything_gives_whatever_has_changed(int sessions, int rounds, int questions)
    {
        Change(sessions, sessions);
        for (var round = 0; round < rounds; round++)
        {
            await model.Check(questions, Ask(index.Share()));
            Change(sessions / 2, sessions);
        }
    }

    [Fact]
    public async Task What_was_shared_stays_as_it_was()
    {
        Change(5000, 5000);
        var (before, shared) = (new ListModel(1), index.Share());
        foreach (var view in model.Sessions.Values)
        {
            before.Sessions.Add(view.Id, view);
        }

        Change(5000, 6000);
        for (var round = 0; round < 3; round++)
        {
            await model.Check(30, Ask(index.Share()));
            await before.Check(30, Ask(shared));
        }
    }

    [Fact]
    public async Task Any_number_of_equals_are_told_apart()
    {
        var equal = Enumerable.Range(0, 10_000).Select(i => View($"s{i}") with { Name = "the same name", UpdatedAt = LogFixture.Start, CreatedAt = LogFixture.Start }).ToList();
        equal.ForEach(view => model.Sessions.Add(view.Id, view));
        index.Apply(equal.Select(view => new Session(view)), [], 1);
        await model.Check(50, Ask(index.Share()));
    }

    [Fact]
    public void A_text_is_found_within_a_field_only()
    {
        index.Apply([new Session(View("One") with { Name = "two", Project = "three", Cwd = "four", Model = "five" })], [], 1);
        Assert.All(["one", "ONE", "Two", "thre", "our", "five", "e"], text => Assert.Equal(1, index.Share().List(new SessionQuery { Search = text }).Total));
        Assert.All(["onetwo", "eone", "two\u001fthree", "threefour", "\ufffd", "one two"], text => Assert.Equal(0, index.Share().List(new SessionQuery { Search = text }).Total));
    }

    [Fact]
    public async Task What_changed_while_nobody_listed_is_in_the_next_list()
    {
        Change(3000, 3000);
        for (var round = 0; round < 3; round++)
        {
            // So many commits that changes wait, and then so many sessions that they are taken in all the same.
            Change(50 * (1100 + (round * 40)), 3000);
            await model.Check(30, Ask(index.Share()));
        }
    }

    [Fact]
    public void A_text_that_lies_in_two_sessions_is_found_in_neither()
    {
        string[] names = ["of ticket 1", "of ticket 12", "ticket"];
        index.Apply(names.Select((name, i) => new Session(View($"bench-{i}") with { Name = name, Project = null })), [], 1);
        Assert.All(["1bench", "ticket 12b", "12bench-2"], text => Assert.Equal(0, index.Share().List(new SessionQuery { Search = text }).Total));
        Assert.Equal(2, index.Share().List(new SessionQuery { Search = "ticket 1" }).Total);
    }

    [Fact]
    public void A_character_is_found_wherever_it_is_and_nowhere_else_whatever_changes()
    {
        Change(700, 700);
        for (var round = 0; round < 4; round++)
        {
            var shared = index.Share();
            foreach (var character in Enumerable.Range(0, 0x250).Select(code => $"{(char)code}"))
            {
                var expected = model.Sessions.Values.Count(view => view.IsLive && ListModel.Finds(view, character));
                Assert.Equal(expected, shared.List(new SessionQuery { Search = character }).Total);
            }

            Change(100, 900);
            index.Share().Prepare();
        }
    }

    [Fact]
    public void Ids_that_differ_in_case_only_are_different_sessions()
    {
        index.Apply([new Session(View("a")), new Session(View("A")), new Session(View("aA"))], [], 1);
        index.Apply([], ["A"], 1);
        var (page, total) = index.Share().List(new SessionQuery { Search = "A", Order = SessionOrder.Name, Descending = false });
        Assert.Equal(("a aA", 2), (string.Join(' ', page.Select(found => found.Id)), total));
    }

    [Fact]
    public void What_was_stored_earlier_does_not_take_the_place_of_what_has_happened_since()
    {
        var (ended, gone) = (View("ended") with { Status = SessionStatus.Terminated }, View("gone") with { Status = SessionStatus.Terminated });
        index.Apply([new Session(View("ended") with { Name = "a new life" })], [], 1);
        index.Apply([], ["gone"], 2);
        index.Fill([Listed.Of(ended), Listed.Of(gone), Listed.Of(View("other") with { Status = SessionStatus.Terminated })]);
        index.Filled();
        var (page, total) = index.Share().List(new SessionQuery { Statuses = Enum.GetValues<SessionStatus>(), Order = SessionOrder.Name });
        Assert.Equal(("ended other", 2), (string.Join(' ', page.Select(found => found.Id)), total));
        Assert.Equal("a new life", page[0].Live!.View.Name);
    }

    [Fact]
    public void Places_that_nobody_has_any_more_are_forgotten_and_their_numbers_used_again()
    {
        for (var i = 0; i < 3000; i++)
        {
            index.Apply([new Session(View("a") with { Project = $"p{i}" })], [], i);
            Assert.Equal(1, index.Count(new HashSet<string> { $"p{i}", "none" }));
            Assert.Equal(0, index.Count(new HashSet<string> { $"p{i - 1}" }));
            Assert.Equal(1, index.Share().List(new SessionQuery { Project = $"p{i}", Search = $"P{i}" }).Total);
        }

        Assert.Single(index.Share().Places);
    }

    private static Func<SessionQuery, Task<(string[] Ids, long Total)>> Ask(SharedIndex shared) => query =>
    {
        var (page, total) = shared.List(query);
        return Task.FromResult<(string[], long)>(([.. page.Select(found => found.Id)], total));
    };

    /// <summary>So many random changes, in batches, of sessions of so many ids.</summary>
    private void Change(int times, int ids)
    {
        for (var left = times; left > 0; left -= 50)
        {
            var changed = new Dictionary<string, SessionView>();
            var removed = new HashSet<string>();
            for (var i = 0; i < Math.Min(50, left); i++)
            {
                var number = random.Next(ids);
                var id = number % 3 == 0 ? $"S{number:0000}-x" : $"s{number:0000}";
                var before = changed.GetValueOrDefault(id) ?? model.Sessions.GetValueOrDefault(id);
                if (before is { IsLive: false } && random.Next(3) > 0 && !changed.ContainsKey(id))
                {
                    removed.Add(id);
                    model.Sessions.Remove(id);
                }
                else if (!removed.Contains(id))
                {
                    changed[id] = Changed(before ?? View(id));
                }
            }

            foreach (var view in changed.Values)
            {
                model.Sessions[view.Id] = view;
            }

            index.Apply(changed.Values.Select(view => new Session(view)), removed, ++seq);
        }
    }

    private SessionView Changed(SessionView view)
    {
        var status = random.Next(3) == 0 ? SessionStatus.Terminated : Pick(Alive);
        return view with
        {
            Status = status,
            State = Pick(Enum.GetValues<SessionState>()),
            Name = random.Next(3) == 0 ? Pick(Names) is { } name && random.Next(2) == 0 ? $"{name}{random.Next(1000)}" : Pick(Names) : view.Name,
            Project = random.Next(5) == 0 ? Pick(ListModel.Projects) : view.Project,
            Agent = random.Next(5) == 0 ? Pick(["codex", null]) : view.Agent,
            Host = random.Next(5) == 0 ? Pick(["h1", "h2", null]) : view.Host,
            Cwd = random.Next(5) == 0 ? Pick(["/srv/Größe", "/home/K", null]) : view.Cwd,
            Model = random.Next(5) == 0 ? Pick(["opus_4", "-", null]) : view.Model,
            UpdatedAt = LogFixture.Start.AddMilliseconds(random.Next(10) == 0 ? random.Next() : seq / 3),
            CreatedAt = random.Next(20) == 0 ? LogFixture.Start.AddMilliseconds(seq) : view.CreatedAt,
        };
    }

    private static SessionView View(string id) => new() { Id = id, Status = SessionStatus.Active, CreatedAt = LogFixture.Start, UpdatedAt = LogFixture.Start };

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
