using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Rollcall.Server.Tests;

/// <summary>What a hub's web server tells of its requests while it handles them, on the thread that does.</summary>
internal sealed class Diagnosis(string name, Action<object?> told) : IObserver<KeyValuePair<string, object?>>
{
    public const string Begun = "Microsoft.AspNetCore.Hosting.HttpRequestIn.Start";
    public const string Ended = "Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop";
    public const string Routed = "Microsoft.AspNetCore.Routing.EndpointMatched";

    /// <summary>Hears of one kind of thing until disposed.</summary>
    public static IDisposable Hear(TestHub hub, string name, Action<object?> told) =>
        hub.App.Services.GetRequiredService<DiagnosticListener>().Subscribe(new Diagnosis(name, told));

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == name)
        {
            told(value.Value);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
