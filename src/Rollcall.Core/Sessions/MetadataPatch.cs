using System.Text;
using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>Decides what a reporter's patch makes of a session's metadata. Pure.</summary>
internal static class MetadataPatch
{
    /// <summary>The refusal of a patch; null when it is taken. A patch of null clears.</summary>
    public static Decision? Check(Metadata before, JsonElement patch, out Metadata after)
    {
        after = before;
        try
        {
            after = patch.ValueKind switch
            {
                JsonValueKind.Null => Metadata.Empty,
                JsonValueKind.Object => before.Merge(patch),
                _ => throw new JsonException("must be a JSON object"),
            };
        }
        catch (JsonException broken)
        {
            return Decision.Invalid("metadata", broken.Message);
        }

        return Encoding.UTF8.GetByteCount(after.Json) > Wire.MaxMetadataBytes
            ? Decision.Invalid("metadata", $"must be at most {Wire.MaxMetadataBytes} bytes as a whole")
            : null;
    }
}
