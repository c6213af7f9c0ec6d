using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Rollcall.Server.Api;

/// <summary>
/// An answer of 200 whose length is known before it is sent, so that it goes out as one write. The framework's own is
/// chunked: its end is a write of its own, which a busy hub pays for with every command.
/// </summary>
/// <param name="value">What is answered.</param>
public sealed class Answered<T>(T value) : IResult, IValueHttpResult, IEndpointMetadataProvider
{
    /// <inheritdoc/>
    public object? Value => value;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, body) = (httpContext.Response, AnswerText.Of(value, ApiJson.Answer<T>()));
        response.ContentType = AnswerText.ContentType;
        response.ContentLength = body.Written.Length;
        await response.Body.WriteAsync(body.Written, CancellationToken.None);
        body.Release();
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}
