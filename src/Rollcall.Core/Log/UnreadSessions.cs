namespace Rollcall.Core.Log;

/// <summary>Sessions that have ended and of which what is stored cannot be read: lists pass over them, and each is told once. Noted on any thread.</summary>
public sealed class UnreadSessions
{
    /// <summary>So many are told: who reads of a hundred looks for the others.</summary>
    private const int Most = 100;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Exception> known = new(StringComparer.Ordinal);
    private Action<string, Exception>? tell;

    /// <summary>Has them told: those that are known, and each that is met later.</summary>
    public void Tell(Action<string, Exception> to)
    {
        lock (gate)
        {
            tell = to;
            foreach (var (id, failure) in known)
            {
                to(id, failure);
            }
        }
    }

    internal void Note(string id, Exception failure)
    {
        lock (gate)
        {
            if (known.Count < Most && known.TryAdd(id, failure))
            {
                tell?.Invoke(id, failure);
            }
        }
    }
}
