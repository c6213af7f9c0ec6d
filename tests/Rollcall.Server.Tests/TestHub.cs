using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rollcall.Core;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Tests;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests;

/// <summary>A whole hub on a free port of this machine, with real files in a directory of its own.</summary>
public sealed class TestHub : IAsyncDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";

    private static readonly Lazy<X509Certificate2> Certificate = new(MakeCertificate);

    private readonly RollcallOptions _options;
    private readonly TimeProvider _time;
    private readonly bool _ownsData;
    private WebApplication _app;

    private TestHub(RollcallOptions options, TimeProvider time, bool ownsData, WebApplication app)
    {
        (_options, _time, _ownsData, _app) = (options, time, ownsData, app);
        Http = Client();
    }

    /// <summary>Asks without a key.</summary>
    public HttpClient Http { get; private set; }

    public string Data => _options.Data;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Where it speaks TLS, with a certificate that nobody trusts; only when it was started so.</summary>
    public Uri TlsAddress => new(_app.Urls.Last());

    public WebApplication App => _app;

    public SessionHub Hub => _app.Services.GetRequiredService<SessionHub>();

    public ILog Log => _app.Services.GetRequiredService<ILog>();

    /// <summary>Starts a hub; its data directory and, unless they are given, addresses are the test's own.</summary>
    public static async Task<TestHub> Start(
        RollcallOptions? options = null, string? data = null, TimeProvider? time = null, bool tls = false,
        IReadOnlyList<string>? urls = null, params IReadOnlyList<Key> keys)
    {
        options ??= new RollcallOptions();
        var set = options with
        {
            // The machine is busy with the tests: unless a test asks for alerts, none of it comes among what is told.
            Fleet = options.Fleet.Evaluate == new FleetOptions().Evaluate ? options.Fleet with { Evaluate = TimeSpan.FromDays(1) } : options.Fleet,
            // The port with TLS is named, because the hub cannot tell plain from encrypted where both may have any.
            Urls = urls ?? (tls ? [AnyPort, $"https://127.0.0.1:{FreePort.Next()}"] : [AnyPort]),
            Data = data ?? Directory.CreateTempSubdirectory("rollcall-test-").FullName,
        };
        if (keys.Count > 0)
        {
            KeyFile.Change(set.Data, before => [.. before, .. keys]);
        }

        var clock = time ?? TimeProvider.System;
        return new TestHub(set, clock, data is null, await Listen(set, clock));
    }

    /// <summary>Stops the hub and starts it again on the same files, after something was done to them.</summary>
    public async Task Restart(Action? meanwhile = null)
    {
        await Stop();
        meanwhile?.Invoke();
        _app = await Listen(_options, _time);
        Http = Client();
    }

    /// <summary>Asks with a key or token.</summary>
    public HttpClient Client(string? credential = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (credential is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        }

        return client;
    }

    public async Task<Answer> Send(HttpMethod method, string path, object? body = null, HttpClient? client = null, params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body switch
            {
                null => null,
                HttpContent content => content,
                string text => new StringContent(text, new MediaTypeHeaderValue("application/json")),
                _ => JsonContent.Create(body),
            },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await (client ?? Http).SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new Answer(
            (int)response.StatusCode,
            bytes.Length > 0 && response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true
                ? JsonDocument.Parse(bytes).RootElement : default,
            System.Text.Encoding.UTF8.GetString(bytes),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> Get(string path, HttpClient? client = null) => Send(HttpMethod.Get, path, null, client);

    public Task<Answer> Post(string path, object? body = null, HttpClient? client = null, params (string, string)[] headers) =>
        Send(HttpMethod.Post, path, body, client, headers);

    /// <summary>Does something to the hub's database, beside the hub; gives the first value of what it answers.</summary>
    public object? Sql(string command)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(Data, "rollcall.db")};Pooling=False");
        database.Open();
        using var sql = database.CreateCommand();
        sql.CommandText = command;
        return sql.ExecuteScalar();
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        if (_ownsData)
        {
            Directory.Delete(_options.Data, recursive: true);
        }
    }

    private async Task Stop()
    {
        var stopping = _app.StopAsync();
        while (_time is TestClock clock && await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System)) != stopping)
        {
            // A connection is still on its way out, and draining waits for it by a clock that stands.
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await stopping;
        await _app.DisposeAsync();
    }

    private static async Task<WebApplication> Listen(RollcallOptions options, TimeProvider time)
    {
        var app = await RollcallServer.Build(options, time);
        app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value
            // The machine is busy with the tests, and who shakes hands may wait for its turn.
            .ConfigureHttpsDefaults(https => (https.ServerCertificate, https.HandshakeTimeout) = (Certificate.Value, TimeSpan.FromMinutes(1)));
        await app.StartAsync();
        return app;
    }

    internal static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}

/// <summary>What the hub answered.</summary>
public sealed record Answer(int Status, JsonElement Json, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public string? Code => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public string? this[string field] => Json.GetProperty(field).ToString();

    /// <summary>The fields that a validation error names.</summary>
    public string Errors => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("errors", out var errors) ? string.Join(",", errors.EnumerateObject().Select(error => error.Name)) : "";
}
