using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Operations;

/// <summary>Asks outside sources for their counts and tells the detector. What cannot be had is a failure and never a count.</summary>
public sealed class OutsidePoll : IDisposable
{
    private readonly CountDetector _detector;
    private readonly PartHealth _health;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly HttpClient _http;

    /// <summary>Asks nobody by itself.</summary>
    /// <param name="detector">Who is told.</param>
    /// <param name="health">Where failures show.</param>
    /// <param name="time">The clock.</param>
    /// <param name="patience">An answer takes at most so long; 5 s unless told otherwise.</param>
    public OutsidePoll(CountDetector detector, PartHealth health, TimeProvider time, TimeSpan? patience = null)
    {
        (_detector, _health, _time, _patience) = (detector, health, time, patience ?? TimeSpan.FromSeconds(5));

        // No redirects: a token is for the service that was named. A count fits into 1 MiB.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            MaxResponseContentBufferSize = 1024 * 1024,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Asks one source once.</summary>
    public async Task Ask(OutsideSource source, CancellationToken cancel)
    {
        string? error = null;
        using var patience = new CancellationTokenSource(_patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            _detector.Counted(source.Name, await Count(source, either.Token));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            error = $"gave no answer within {_patience.TotalSeconds} s";
        }
        catch (JsonException)
        {
            error = "the answer is not JSON";
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or FormatException or IOException)
        {
            error = failure.Message;
        }

        if (error is not null)
        {
            _detector.Failed(source.Name, error);
        }

        _health.Note($"source {source.Name}", error);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<long> Count(OutsideSource source, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, source.Url);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (source.Bearer is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var answer = await _http.SendAsync(request, cancel);
        if (SocketThreads.MayBeCurrent)
        {
            await Task.Yield();
        }

        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"answered HTTP {(int)answer.StatusCode}");
        }

        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancel));
        return source.Path.Find(json.RootElement);
    }
}
