namespace Rollcall.Server.Clients.Kato;

/// <summary>What KATO's dashboard subscribes to, as a set.</summary>
[Flags]
internal enum KatoTopics
{
    None = 0,

    /// <summary>The hub and its machine, in <c>realtime_update</c>.</summary>
    Metrics = 1,

    /// <summary>The containers, in <c>realtime_update</c>.</summary>
    Containers = 2,

    /// <summary>How many sessions there are, in <c>realtime_update</c>.</summary>
    Sessions = 4,

    /// <summary><c>session_event</c>.</summary>
    SessionEvents = 8,

    /// <summary><c>system_alert</c>.</summary>
    SystemAlerts = 16,

    /// <summary>Every part of <c>realtime_update</c>.</summary>
    Figures = Metrics | Containers | Sessions,

    All = Figures | SessionEvents | SystemAlerts,
}
