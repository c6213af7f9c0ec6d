using System.Collections.Concurrent;
using System.Reflection;
using Rollcall.Core.Log;

namespace Rollcall.Server.Tests;

/// <summary>A real log that notes whether it is asked on the pool. Open, because the runtime derives from it.</summary>
public class SeenLog : DispatchProxy
{
    private readonly ConcurrentQueue<(string Name, bool OnThePool)> _asked = [];
    private ILog _log = null!;

    /// <summary>A view of a log, and what it was asked through it.</summary>
    public static (ILog Log, ConcurrentQueue<(string Name, bool OnThePool)> Asked) Of(ILog log)
    {
        var seen = Create<ILog, SeenLog>();
        ((SeenLog)seen)._log = log;
        return (seen, ((SeenLog)seen)._asked);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _asked.Enqueue((targetMethod!.Name, Thread.CurrentThread.IsThreadPoolThread));
        return targetMethod.Invoke(_log, args);
    }
}
