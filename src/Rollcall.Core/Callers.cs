namespace Rollcall.Core;

/// <summary>
/// Tells callers what became of their submissions, some of them one after the other on one thread: a thread that is woken for
/// each costs more than what it then does. What a caller does with its answer is short and does not block.
/// </summary>
internal sealed class Callers(Submission[] submissions, Action<Submission> tell) : IThreadPoolWorkItem
{
    /// <summary>So many are told one after the other; more than that side by side, where there is a core to do it.</summary>
    private static readonly int Together = Environment.ProcessorCount == 1 ? 16 : 4;

    /// <summary>Has them told, soon and elsewhere.</summary>
    public static void Tell(List<Submission> submissions, Action<Submission> tell)
    {
        for (var first = 0; first < submissions.Count; first += Together)
        {
            var some = submissions.GetRange(first, Math.Min(Together, submissions.Count - first)).ToArray();
            ThreadPool.UnsafeQueueUserWorkItem(new Callers(some, tell), preferLocal: false);
        }
    }

    /// <inheritdoc/>
    public void Execute() => Array.ForEach(submissions, tell);
}
