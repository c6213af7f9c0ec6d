namespace Rollcall.Server.Tests;

/// <summary>On which threads things go on: the pool's, or others, of which those that wait for all sockets are some.</summary>
internal static class Whereabouts
{
    /// <summary>How long what is to be waited for lets itself be waited for: what has come already is taken where it is asked for.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether who waits for something goes on on the pool. Something that may have ended already must be begun there, too.</summary>
    public static async Task<bool> EndsOnThePool(Task something)
    {
        await something.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Thread.CurrentThread.IsThreadPoolThread;
    }

    /// <summary>Begins something on a thread that is not the pool's, and waits for its end.</summary>
    public static Task Elsewhere(Func<Task> something)
    {
        Task begun = null!;
        var elsewhere = new Thread(() => begun = something());
        elsewhere.Start();
        elsewhere.Join();
        return begun;
    }

    /// <summary>Lets the hub come to where it waits.</summary>
    public static Task Pause() => Task.Delay(Moment, TimeProvider.System, TestContext.Current.CancellationToken);
}
