using System.Text.Json;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

/// <summary>One session without a hub: commands are decided and folded, and what was told is kept.</summary>
internal sealed class Life
{
    public const string Id = "s-1";

    private readonly TestClock _clock = new();

    public Session? Session { get; private set; }

    public SessionView View => Session!.View;

    public List<SessionEvent> Told { get; } = [];

    public DateTimeOffset Now => _clock.Now;

    public static Life Begun(SessionStatus status = SessionStatus.Active)
    {
        var life = new Life();
        life.Do(new CreateSession { SessionId = Id });
        life.Reach(status);
        return life;
    }

    /// <summary>Brings the session to a status, whatever way leads there; initializing is made by hand.</summary>
    public void Reach(SessionStatus status)
    {
        if (status == SessionStatus.Initializing)
        {
            Session = Session! with { View = View with { Status = status, State = SessionState.Idle } };
        }
        else if (status == SessionStatus.Terminated)
        {
            Do(new TerminateSession { SessionId = Id });
        }
        else
        {
            Do(new ChangeStatus { SessionId = Id, Status = status });
        }
    }

    public void Pass(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    public Decision Try(Command command) => SessionMachine.Decide(Session, command, Now, Told.Count);

    public void Refuses(Command command, string code, params string[] words)
    {
        var refused = Assert.IsType<Decision.Refused>(Try(command));
        Assert.Equal(code, refused.Code);
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }

    /// <summary>Does a command of this session and gives what it told.</summary>
    public IReadOnlyList<SessionEvent> Do(Command command)
    {
        var accepted = Assert.IsType<Decision.Accepted>(Try(command));
        var from = Told.Count;
        foreach (var (happened, after) in accepted.Steps)
        {
            Assert.Equal(Told.Count + 1, happened.Seq);
            Session = after;
            Told.Add(happened);
        }

        return Told[from..];
    }

    public IEnumerable<string> NamesOf(Command command) => Do(command).Select(told => told.EventName);

    public static JsonElement Json(HubEvent told) => JsonDocument.Parse(EventNames.Payload(told)).RootElement;

    public static IEnumerable<string> Keys(HubEvent told) =>
        Json(told).EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal);

    public static JsonElement Parsed(string json) => JsonDocument.Parse(json).RootElement;
}
