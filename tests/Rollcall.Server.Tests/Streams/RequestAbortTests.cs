using Rollcall.Server.Streams;

namespace Rollcall.Server.Tests.Streams;

public sealed class RequestAbortTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_request_is_aborted_at_most_once_and_never_after_it_is_over(bool over, int expected)
    {
        var aborts = 0;
        var abort = new RequestAbort(() => aborts++);
        if (over)
        {
            abort.Over();
        }

        abort.Now();
        abort.Now();

        Assert.Equal(expected, aborts);
    }
}
