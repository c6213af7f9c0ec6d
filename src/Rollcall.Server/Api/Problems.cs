using Rollcall.Core;

namespace Rollcall.Server.Api;

/// <summary>Refusals as problem details, from their parts.</summary>
public static class Problems
{
    /// <summary>The refusal of a request.</summary>
    public static Problem Of(string code, string message, string? field = null) => Problem.Of(new Outcome.Refused(code, message, field));
}
