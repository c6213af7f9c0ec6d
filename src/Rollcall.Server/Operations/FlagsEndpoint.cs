using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Operations;

/// <summary>The routes of the feature flags.</summary>
public static class FlagsEndpoint
{
    /// <summary>Maps them.</summary>
    public static void MapFlags(this IEndpointRouteBuilder app)
    {
        var flags = app.MapGroup(Wire.ApiPrefix + "/flags").WithTags("operations");
        flags.MapGet("", (FeatureFlags features) => Answer(features.Current)).WithSummary("What is switched on").Produces<IReadOnlyDictionary<string, bool>>();
        flags.MapPut("", Change).WithSummary("Switches flags on or off; those that are not named stay")
            .WithBody(typeof(IReadOnlyDictionary<string, bool>)).Produces<IReadOnlyDictionary<string, bool>>();
    }

    private static async Task<IResult> Change(HttpContext http, FeatureFlags features)
    {
        var (patch, refused) = await OperationsHttp.ReadJson(http);
        if (refused is not null)
        {
            return refused;
        }

        var changed = await features.Change(patch, OperationsHttp.Who(http));
        return changed.IsValid ? Answer(changed.Value) : OperationsHttp.Invalid(changed.Problems);
    }

    private static IResult Answer(Flags flags) => Results.Json(flags.ByName, OperationsJson.Default.IReadOnlyDictionaryStringBoolean);
}
