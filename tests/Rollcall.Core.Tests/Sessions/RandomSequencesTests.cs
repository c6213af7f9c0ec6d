using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

public sealed class RandomSequencesTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(60);

    [Fact]
    public void Whatever_is_commanded_the_log_folds_to_the_live_state_without_a_gap() => Check(async (fixture, steps) =>
    {
        await Play(fixture, steps);
        var folded = new Dictionary<string, Session>();
        var seq = 0L;
        foreach (var entry in await fixture.Events())
        {
            Assert.Equal(++seq, entry.Seq);
            var told = Assert.IsAssignableFrom<SessionEvent>(EventNames.Parse(entry.Event, entry.Payload));
            Assert.Equal(entry.Payload, EventNames.Payload(told));
            var before = folded.GetValueOrDefault(told.SessionId);
            var after = folded[told.SessionId] = SessionFold.Apply(before, told);
            Assert.Equal((before?.View.Version ?? 0) + 1, after.View.Version);
            Assert.Equal((after.View.Version, entry.Version), (entry.Version, after.View.Version));
        }

        Assert.Equal((seq, seq), (fixture.Log.Head, fixture.Hub.View.Seq));
        Assert.Equal(folded.Values.Count(session => session.View.IsLive), fixture.Hub.View.Live.Count);
        foreach (var (id, session) in folded)
        {
            Same(session, fixture.Hub.View.Live.GetValueOrDefault(id) ?? await fixture.Find(id));
        }
    });

    [Fact]
    public void Whatever_is_commanded_a_refused_command_changes_nothing() => Check(async (fixture, steps) =>
    {
        foreach (var (command, seconds) in steps)
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(seconds));
            await fixture.Settle();
            var (view, head, appends) = (fixture.Hub.View, fixture.Log.Head, fixture.Log.Appends);
            if (await fixture.Hub.Submit(command) is Outcome.Refused)
            {
                Assert.Same(view, fixture.Hub.View);
                Assert.Equal((head, appends), (fixture.Log.Head, fixture.Log.Appends));
            }
        }
    });

    [Fact]
    public void Whatever_is_commanded_the_state_is_the_same_after_a_restart() => Check(async (fixture, steps) =>
    {
        await Play(fixture, steps);
        var before = fixture.Hub.View;
        await fixture.Restart();
        var after = fixture.Hub.View;
        Assert.Equal((before.Seq, before.ByStatus), (after.Seq, after.ByStatus), (a, b) => a.Seq == b.Seq && a.ByStatus.SequenceEqual(b.ByStatus));
        Assert.Equal(before.State.ToJson(), after.State.ToJson());
        Assert.Equal(before.Live.Keys.Order(), after.Live.Keys.Order());
        Assert.All(before.Live.Values, session => Assert.Equal(Json(session.View), Json(after.Live[session.View.Id].View)));
        Assert.All(before.Live.Values, session => Same(session, after.Live[session.View.Id]));
    });

    [Fact]
    public void Whatever_is_commanded_a_client_that_hears_only_payloads_has_the_hubs_view_at_every_seq() => Check(async (fixture, steps) =>
    {
        await Play(fixture, steps);
        var (everything, list) = (new ClientFold(), new ClientFold());
        var folded = new Dictionary<string, Session>();
        foreach (var entry in await fixture.Events())
        {
            var id = entry.SessionId!;
            folded[id] = SessionFold.Apply(folded.GetValueOrDefault(id), (SessionEvent)EventNames.Parse(entry.Event, entry.Payload)!);
            everything.Hear(entry.Event, entry.Payload);
            Equal(folded[id].View, everything[id], "last_seen_at");
            if (entry.Event.StartsWith("session_", StringComparison.Ordinal))
            {
                list.Hear(entry.Event, entry.Payload);
                // A task's session_updated follows its task_started at once; between them only the count of events differs.
                Equal(folded[id].View, list[id], "last_seen_at", "version", "seq");
            }
        }

        foreach (var session in fixture.Hub.View.Live.Values)
        {
            Equal(session.View, everything[session.View.Id], "last_seen_at");
        }
    });

    private static void Check(Func<HubFixture, (Command Command, int Seconds)[], Task> holds) =>
        Prop.ForAll(RandomCommands.Sequences, steps => Task.Run(async () =>
        {
            await using var fixture = await HubFixture.Start();
            await holds(fixture, steps);
        }).GetAwaiter().GetResult()).Check(Runs);

    /// <summary>Gives the commands in requests of different length, so that batches have several, also of one session.</summary>
    private static async Task Play(HubFixture fixture, (Command Command, int Seconds)[] steps)
    {
        for (var (from, length) = (0, 1); from < steps.Length; from += length, length = (length % 7) + 1)
        {
            var part = steps[from..Math.Min(steps.Length, from + length)];
            fixture.Clock.Advance(TimeSpan.FromSeconds(part[0].Seconds));
            await fixture.Hub.Submit([.. part.Select(step => step.Command)]);
        }
    }

    private static void Same(Session expected, Session? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(Json(expected.View with { LastSeenAt = default }), Json(actual.View with { LastSeenAt = default }));
        Assert.Equal(expected.Tasks.Values.OrderBy(task => task.TaskId), actual.Tasks.Values.OrderBy(task => task.TaskId));
        Assert.Equal((expected.OutputCount, expected.Crashed), (actual.OutputCount, actual.Crashed));
        Assert.Equal(expected.EndedTasks, actual.EndedTasks);
    }

    private static void Equal(SessionView hub, JsonObject client, params string[] except)
    {
        var (one, other) = (JsonNode.Parse(Json(hub))!.AsObject(), client.DeepClone().AsObject());
        foreach (var field in except)
        {
            one.Remove(field);
            other.Remove(field);
        }

        Assert.True(JsonNode.DeepEquals(one, other), $"{one}\n{other}");
    }

    private static string Json(SessionView view) => JsonSerializer.Serialize(view, ProtocolJson.Default.SessionView);
}
