using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Core;

/// <summary>The outcomes of a request as they are kept with its receipt, so that it is answered the same when it is repeated.</summary>
internal static class OutcomeText
{
    /// <summary>Their form in the log.</summary>
    public static string Write(IEnumerable<Outcome> outcomes) =>
        JsonSerializer.Serialize([.. outcomes.Select(StoredOutcome.Of)], OutcomeJson.Default.IReadOnlyListStoredOutcome);

    /// <summary>Reads them back; none from a receipt that an earlier version kept.</summary>
    public static IReadOnlyList<StoredOutcome> Read(string? text) =>
        text is null ? [] : JsonSerializer.Deserialize(text, OutcomeJson.Default.IReadOnlyListStoredOutcome)!;
}

/// <summary>
/// One outcome without the session: the place in the log of what was accepted, and whether it changed anything, which an earlier
/// version did not keep; or why it was refused.
/// </summary>
internal sealed record StoredOutcome(
    long Seq = 0, bool Changed = false, bool Began = false,
    string? Code = null, string? Message = null, string? Field = null, IReadOnlyDictionary<string, string>? Errors = null)
{
    public static StoredOutcome Of(Outcome outcome) => outcome switch
    {
        Outcome.Accepted accepted => new(accepted.Seq, accepted.Changed, accepted.Began),
        Outcome.Refused refused => new(0, false, false, refused.Code, refused.Message, refused.Field, refused.Errors),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome.GetType(), null),
    };

    /// <summary>The outcome when the request is repeated, with the session as it is now.</summary>
    public Outcome Again(Sessions.Session? session) =>
        Code is null ? new Outcome.Accepted(Seq, session, Changed, true) { Began = Began } : new Outcome.Refused(Code, Message ?? "", Field, Errors);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(IReadOnlyList<StoredOutcome>))]
internal sealed partial class OutcomeJson : JsonSerializerContext;
