namespace Rollcall.Server.Sockets;

/// <summary>
/// The runtime's threads that wait for all sockets (docs/decisions/0024). They hand what arrives to the thread pool, or, one for each
/// core, go on with it themselves, which is two threads fewer to wake for each request. Nobody may keep one: others' bytes wait
/// meanwhile. Whoever goes on after a socket was waited for and may take time does so as <c>if (SocketThreads.MayBeCurrent) await
/// Task.Yield()</c>.
/// </summary>
public static class SocketThreads
{
    /// <summary>By this the runtime is told. It looks when the first socket is made.</summary>
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Whether they go on themselves. Windows has no such threads.</summary>
    internal static bool GoOn => !OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>Whether this thread may be one of them.</summary>
    internal static bool MayBeCurrent => !Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>Has them go on themselves, unless the variable says otherwise; to be said before there is any socket.</summary>
    public static void LetGoOn()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
