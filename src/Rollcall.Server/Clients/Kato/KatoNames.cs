using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Clients.Kato;

/// <summary>
/// Writes answers of the hub's own for KATO's pages with KATO's names beside the hub's: nothing of them is left out or
/// changed, and of their questions only the one status that has another name here. Whoever else asks gets the hub's own
/// answer as it is.
/// </summary>
internal sealed class KatoNames : IEndpointFilter
{
    /// <summary>Where KATO's answers say that they come from.</summary>
    public const string Source = "rollcall";

    /// <summary>The only thing by which KATO's pages differ: what axios, by which they ask, accepts unless told otherwise.</summary>
    private const string Accept = "application/json, text/plain, */*";

    /// <summary>What KATO calls the status of a session that has ended.</summary>
    private const string Expired = "expired";

    private static readonly JsonSerializerOptions Named = Make();

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (request.Headers.Accept != Accept)
        {
            return await next(context);
        }

        if (request.Query["status"] == Expired)
        {
            request.Query = new QueryCollection(new Dictionary<string, StringValues>(request.Query) { ["status"] = WireName<SessionStatus>.Of(SessionStatus.Terminated) });
        }

        var answer = await next(context);
        return (answer is INestedHttpResult nested ? nested.Result : answer) is IValueHttpResult { Value: { } value }
            ? Results.Text(JsonSerializer.SerializeToUtf8Bytes(value, Named.GetTypeInfo(value.GetType())), "application/json; charset=utf-8")
            : answer;
    }

    private static JsonSerializerOptions Make()
    {
        var options = ApiJson.Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));
        options.TypeInfoResolver = options.TypeInfoResolver!.WithAddedModifier(Name);
        return options;
    }

    private static void Name(JsonTypeInfo type)
    {
        if (type.Type == typeof(SessionView))
        {
            Add<SessionView, string>(type, "session_id", session => session.Id);
            Add<SessionView, string?>(type, "node_name", session => session.Name);
            Add<SessionView, DateTimeOffset>(type, "last_active", session => session.LastSeenAt);
        }
        else if (type.Type == typeof(SessionCountAnswer))
        {
            Add<SessionCountAnswer, long>(type, "active_session_count", count => count.ActiveSessions);
        }
        else if (type.Type == typeof(SessionList))
        {
            Add<SessionList, string>(type, "source", _ => Source);
        }
    }

    private static void Add<T, TValue>(JsonTypeInfo type, string name, Func<T, TValue> get)
    {
        var property = type.CreateJsonPropertyInfo(typeof(TValue), name);
        property.Get = owner => get((T)owner);
        type.Properties.Add(property);
    }
}
