using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Describe;

/// <summary>Describes the socket by AsyncAPI 3: every topic, its events and what clients push, from the code that serves them.</summary>
public static class AsyncApi
{
    private static readonly string[] Topics = ["sessions", "session:{id}", "project:{name}", "metrics", "alerts", "*"];

    /// <summary>Maps <c>/asyncapi.json</c>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        var json = new Lazy<string>(() => Make().ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        app.MapGet("/asyncapi.json", () => TypedResults.Text(json.Value, "application/json")).ExcludeFromDescription();
    }

    /// <summary>The document.</summary>
    public static JsonObject Make()
    {
        var channels = new JsonObject();
        var operations = new JsonObject();
        foreach (var topic in Topics)
        {
            var name = Name(topic);
            var events = EventsOf(topic).ToList();
            var pushes = topic.StartsWith("session:", StringComparison.Ordinal) ? AccessTable.Pushes : [];
            channels[name] = Channel(topic, events, pushes);
            operations[name + "_heard"] = Operation("receive", name, events);
            if (pushes.Count > 0)
            {
                operations[name + "_pushed"] = Operation("send", name, pushes.Select(push => "push_" + push.Name));
            }
        }

        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Rollcall", ["version"] = "1", ["description"] = "Phoenix Channels V2: [join_ref, ref, topic, event, payload]." },
            ["defaultContentType"] = "application/json",
            ["channels"] = channels,
            ["operations"] = operations,
            ["components"] = new JsonObject { ["messages"] = Messages() },
        };
    }

    /// <summary>The events that are told on a topic.</summary>
    public static IEnumerable<string> EventsOf(string topic) => EventNames.All.Where(name => Topic.OfAny(name, "{id}", "{name}").Contains(topic));

    private static JsonObject Channel(string topic, IReadOnlyList<string> events, IReadOnlyList<NamedAccess> pushes)
    {
        var messages = new JsonObject();
        foreach (var name in events.Concat(pushes.Select(push => "push_" + push.Name)))
        {
            messages[name] = new JsonObject { ["$ref"] = $"#/components/messages/{name}" };
        }

        var channel = new JsonObject { ["address"] = topic, ["messages"] = messages };
        if (topic.Contains('{', StringComparison.Ordinal))
        {
            var parameter = topic.Split('{', '}')[1];
            channel["parameters"] = new JsonObject { [parameter] = new JsonObject { ["description"] = $"The {topic.Split(':')[0]}'s {parameter}." } };
        }

        return channel;
    }

    private static JsonObject Operation(string action, string channel, IEnumerable<string> messages) => new()
    {
        ["action"] = action,
        ["channel"] = new JsonObject { ["$ref"] = $"#/channels/{channel}" },
        ["messages"] = new JsonArray([.. messages.Select(name => new JsonObject { ["$ref"] = $"#/channels/{channel}/messages/{name}" })]),
    };

    private static JsonObject Messages()
    {
        var messages = new JsonObject();
        foreach (var type in EventNames.Types)
        {
            var name = EventNames.All.Single(name => EventNames.TypeOf(name) == type);
            messages[name] = new JsonObject { ["name"] = name, ["payload"] = WireSchema.Of(type) };
        }

        foreach (var push in AccessTable.Pushes)
        {
            messages["push_" + push.Name] = new JsonObject
            {
                ["name"] = push.Name,
                ["summary"] = $"Scope: {push.Access.Needed}.",
                ["payload"] = new JsonObject { ["type"] = "object" },
            };
        }

        return messages;
    }

    private static string Name(string topic) => topic == "*" ? "everything" : topic.Split(':')[0];
}
