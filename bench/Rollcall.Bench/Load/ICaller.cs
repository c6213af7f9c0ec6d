namespace Rollcall.Bench.Load;

/// <summary>Sends a slot's commands, one at a time.</summary>
internal interface ICaller : IDisposable
{
    /// <summary>Whether the last command was answered.</summary>
    bool IsAnswered { get; }

    /// <summary>Called with the time at which a command was answered.</summary>
    Action<long>? Answered { get; set; }

    /// <summary>Sends a finished command.</summary>
    void Send(ReadOnlySpan<byte> command);
}
