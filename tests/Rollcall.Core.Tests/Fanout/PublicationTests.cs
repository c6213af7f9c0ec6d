using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

public sealed class PublicationTests
{
    private static readonly SessionTerminated Happened = new() { Seq = 7, SessionId = "a", Reason = TerminationReason.Crashed, Error = "gone" };

    private static readonly LogEntry Entry = new(7, default, "session_terminated", "a", null, 3, EventNames.Payload(Happened));

    [Fact]
    public void What_was_decided_just_now_is_handed_on_as_it_is()
    {
        Assert.Same(Happened, Publication.Of(Happened).Happened);
        Assert.Same(Happened, Publication.Of(Entry, Happened).Happened);
    }

    [Fact]
    public void What_comes_out_of_the_log_is_read_and_what_a_later_version_wrote_is_not_known()
    {
        Assert.Equal(Happened, Publication.Of(Entry).Happened);
        Assert.Null(Publication.Of(Entry with { Event = "of_a_later_version" }).Happened);
    }
}
