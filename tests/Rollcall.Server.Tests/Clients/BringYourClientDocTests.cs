using System.Buffers;
using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Clients.Jidoka;
using Rollcall.Server.Clients.Kato;
using Rollcall.Server.Clients.Orc;
using Rollcall.Server.Configuration;
using Rollcall.Server.Tests.Protocol;

namespace Rollcall.Server.Tests.Clients;

/// <summary><c>docs/bring-your-client.md</c> names what existing clients are told, all of it and nothing else.</summary>
public sealed class BringYourClientDocTests
{
    private const string Doc = "docs/bring-your-client.md";

    private static readonly string[] Variables =
        [.. Settings.All.Where(setting => setting is { Default: "true on loopback" } && setting.Property.StartsWith("Clients.", StringComparison.Ordinal)).Select(setting => setting.Key)];

    /// <summary>Every event, and those forms of one that say something of their own.</summary>
    private static readonly List<HubEvent> Events =
    [
        .. SampleEvents.All.Select(sample => sample.Happened),
        new SessionStatusChanged { SessionId = "a", Status = SessionStatus.Idle, PreviousStatus = SessionStatus.Active },
        new SessionUpdated { SessionId = "a", Name = "n", IsPaused = true },
        new SessionUpdated { SessionId = "a", WaitingFor = WaitingFor.Question, WaitingText = "Which?" },
    ];

    [Fact]
    public void Every_client_has_its_setting_on_the_page() =>
        Assert.Equal(Variables, Repository.Table(Doc, "client").Skip(1).Select(row => row[2].Trim('`')));

    [Fact]
    public void The_table_of_orcs_events_names_each_and_its_fields()
    {
        var told = new ArrayBufferWriter<byte>();
        Events.ForEach(happened => new OrcWords(told).Say(happened, SampleEvents.View));
        Check(
            Repository.Table(Doc, "orc's event").Skip(1).Select(row => (Name(row[0]), row[2])),
            Texts.Of([told.WrittenMemory]).Select(frame => (frame.GetProperty("event").GetString()!, frame.GetProperty("data"))), except: "session_update");
    }

    [Fact]
    public void The_table_of_agentcmds_messages_names_each_and_its_fields()
    {
        var told = new ArrayBufferWriter<byte>();
        var words = new AgentcmdWords(told);
        Events.ForEach(happened => words.Say(happened, SampleEvents.View));
        words.Say(new MessageComplete { SessionId = "a", Cancelled = true }, null);
        words.Say(new MessageFailed { SessionId = "a", Error = "e", Code = "c" }, null);
        words.Now(SampleEvents.View);
        var fields = Repository.Table(Doc, "agentcmd's message").Skip(1).ToLookup(row => Name(row[0]), row => row[2]);
        Check(
            fields.Select(row => (row.Key, string.Concat(row))),
            Texts.Of([told.WrittenMemory]).Select(frame => (frame.GetProperty("type").GetString()!, frame.GetProperty("data"))));
    }

    [Theory]
    [InlineData("sessions", 1)]
    [InlineData("session:a", 2)]
    public void The_table_of_jidokas_messages_names_each_its_topics_and_its_fields(string topic, int column)
    {
        var family = new JidokaTopics();
        var known = Topic.Parse(topic)!;
        var told = new ArrayBufferWriter<byte>();
        foreach (var happened in Events.Where(happened => family.Events(known).Contains(happened.EventName)))
        {
            family.Codec(false).WriteEvent(told, known, new Publication(1, happened.EventName, "a", null, EventNames.Payload(happened)));
        }

        Check(
            Repository.Table(Doc, "message").Skip(1).Where(row => row[column] == "✓").Select(row => (Name(row[0]), row[3])),
            Texts.Of([told.WrittenMemory]).Select(frame => (frame[3].GetString()!, frame[4])));
    }

    [Fact]
    public void The_table_of_katos_messages_names_each_and_its_fields()
    {
        var told = new ArrayBufferWriter<byte>();
        foreach (var happened in Events)
        {
            new KatoCodec(KatoTopics.All).WriteEvent(told, Topic.Parse("metrics")!, Publication.Of(happened));
        }

        Check(
            Repository.Table(Doc, "KATO's message").Skip(1).Select(row => (Name(row[0]), row[2])),
            Texts.Of([told.WrittenMemory, KatoFrames.Heartbeat(default)]).Select(frame => (frame.GetProperty("type").GetString()!, Data(frame))));
    }

    /// <summary>What a message of KATO's is about.</summary>
    private static JsonElement Data(JsonElement frame) => frame.TryGetProperty("data", out var data) ? data
        : frame.TryGetProperty("alerts", out var alerts) ? alerts[0] : frame;

    private static string Name(string cell) => cell.Split('`')[1];

    /// <param name="except">Whose fields are named elsewhere.</param>
    private static void Check(IEnumerable<(string Name, string Fields)> written, IEnumerable<(string Name, JsonElement Data)> told, string? except = null)
    {
        var rows = written.ToDictionary(row => row.Name, row => row.Fields);
        var forms = told.ToLookup(frame => frame.Name, frame => frame.Data);
        Assert.Equal(forms.Select(form => form.Key).Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        foreach (var form in forms.Where(form => form.Key != except))
        {
            Assert.All(form.SelectMany(data => data.EnumerateObject()), field => Assert.Contains($"`{field.Name}`", rows[form.Key], StringComparison.Ordinal));
        }
    }
}
