using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Protocol;

namespace Rollcall.Client;

/// <summary>The hub's HTTP API (<c>/api/v1</c>), as far as reporters and tests need it. Safe from any thread.</summary>
public sealed class HubClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>Reaches a hub.</summary>
    /// <param name="hub">Its address, such as <c>http://127.0.0.1:7655</c>; it has no path.</param>
    /// <param name="key">A key, sent as <c>Authorization: Bearer</c>; null where the hub asks for none.</param>
    /// <param name="timeout">How long one request may take; 100 s when not given.</param>
    /// <exception cref="ArgumentException">The address has a path, or is neither <c>http</c> nor <c>https</c>.</exception>
    public HubClient(Uri hub, string? key = null, TimeSpan? timeout = null)
    {
        _http = new HttpClient(new LossHandler())
        {
            BaseAddress = new Uri(HubAddress.Checked(hub, nameof(hub)), Wire.ApiPrefix + "/"),
            Timeout = timeout ?? TimeSpan.FromSeconds(100),
        };
        _http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Begins a session's life; the session of that id when it lives already.</summary>
    /// <exception cref="RefusedException">The hub refused it.</exception>
    /// <exception cref="HttpRequestException">The hub was not reached, or was lost: whether it took effect is unknown.</exception>
    public Task<SessionView> Create(CreateSession command, CancellationToken cancel = default)
    {
        var body = JsonSerializer.SerializeToNode(command, ProtocolJson.Default.CreateSession)!.AsObject();
        body["id"] = command.SessionId.Length > 0 ? command.SessionId : null;
        return Post("sessions", body, cancel);
    }

    /// <summary>Moves a session to another status. Throws as <see cref="Create"/>.</summary>
    public Task<SessionView> ChangeStatus(ChangeStatus command, CancellationToken cancel = default) =>
        Post(
            $"sessions/{Uri.EscapeDataString(command.SessionId)}/status",
            JsonSerializer.SerializeToNode(command, ProtocolJson.Default.ChangeStatus)!.AsObject(),
            cancel);

    /// <summary>A session, live or ended; null when there is none of that id. Throws as <see cref="Create"/>.</summary>
    public async Task<SessionView?> Find(string id, CancellationToken cancel = default)
    {
        // No session has one of these: its address would be another's.
        if (id is "" or "." or ".." or "count")
        {
            return null;
        }

        using var response = await _http.GetAsync(new Uri($"sessions/{Uri.EscapeDataString(id)}", UriKind.Relative), cancel).ConfigureAwait(false);
        return response.StatusCode == System.Net.HttpStatusCode.NotFound ? null : await Read(response, cancel).ConfigureAwait(false);
    }

    /// <summary>Gives many commands in one request; they take effect in order, each for itself. For none, nothing is asked.</summary>
    /// <returns>The answers, each in its command's place. An accepted one is durable.</returns>
    /// <exception cref="RefusedException">The request as a whole was refused.</exception>
    /// <exception cref="HttpRequestException">The hub was not reached, or was lost: what took effect is unknown.</exception>
    public async Task<IReadOnlyList<CommandAnswer>> Send(IReadOnlyList<Command> commands, CancellationToken cancel = default)
    {
        if (commands.Count == 0)
        {
            return [];
        }

        var body = new ArrayBufferWriter<byte>(commands.Count * 128);
        foreach (var command in commands)
        {
            using (var json = new Utf8JsonWriter(body))
            {
                JsonSerializer.Serialize(json, command, ProtocolJson.Default.Command);
            }

            body.Write("\n"u8);
        }

        using var content = new ReadOnlyMemoryContent(body.WrittenMemory);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var response = await _http.PostAsync(new Uri("commands", UriKind.Relative), content, cancel).ConfigureAwait(false);
        var answers = await Json(response, cancel).ConfigureAwait(false);
        return [.. answers.EnumerateArray().Select(CommandAnswer.From)];
    }

    /// <summary>A page of the log, in order, as the hub sends it; see <c>docs/protocol.md</c>, Long poll.</summary>
    /// <param name="after">Only what is behind this sequence number.</param>
    /// <param name="limit">The most events of the page, 1–1,000.</param>
    /// <param name="wait">When there is none yet: wait for one so long, up to 60 s. The hub takes whole seconds: a part of one is sent as a whole one.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<JsonElement> Events(long after, int limit = 500, TimeSpan wait = default, CancellationToken cancel = default)
    {
        var address = $"events?after={after}&limit={limit}" + (wait > TimeSpan.Zero ? $"&wait={(long)Math.Ceiling(wait.TotalSeconds)}" : "");
        using var response = await _http.GetAsync(new Uri(address, UriKind.Relative), cancel).ConfigureAwait(false);
        return await Json(response, cancel).ConfigureAwait(false);
    }

    /// <summary>Lets go of the connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<SessionView> Post(string route, JsonObject body, CancellationToken cancel)
    {
        using var content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        using var response = await _http.PostAsync(new Uri(route, UriKind.Relative), content, cancel).ConfigureAwait(false);
        return await Read(response, cancel).ConfigureAwait(false);
    }

    /// <summary>A session, alone or as <c>{"ok":true,"seq":812,"session":{…}}</c>.</summary>
    private static async Task<SessionView> Read(HttpResponseMessage response, CancellationToken cancel)
    {
        var answer = await Json(response, cancel).ConfigureAwait(false);
        return (answer.TryGetProperty("session", out var session) ? session : answer).Deserialize(ProtocolJson.Default.SessionView)!;
    }

    /// <summary>The answer's body, or the problem details (RFC 9457) as an exception.</summary>
    private static async Task<JsonElement> Json(HttpResponseMessage response, CancellationToken cancel)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return JsonElement.Parse(body);
        }

        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) is true)
        {
            var problem = JsonElement.Parse(body);
            if (problem.TryGetProperty("code", out var code))
            {
                var text = problem.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
                throw new RefusedException(code.GetString()!, text ?? response.ReasonPhrase ?? "");
            }
        }

        throw new HttpRequestException($"the hub answered {(int)response.StatusCode}", null, response.StatusCode);
    }
}

/// <summary>What became of one command of many.</summary>
/// <param name="Ok">Whether it was accepted and is durable.</param>
/// <param name="Seq">The sequence number of its last event; 0 when it was refused.</param>
/// <param name="Code">Of a refusal: one of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">Of a refusal: why.</param>
public sealed record CommandAnswer(bool Ok, long Seq, string? Code, string? Message)
{
    internal static CommandAnswer From(JsonElement answer) => answer.GetProperty("ok").GetBoolean()
        ? new(true, answer.GetProperty("seq").GetInt64(), null, null)
        : new(false, 0, answer.GetProperty("code").GetString(), answer.GetProperty("message").GetString());
}
