using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Rollcall.Server.Api;

/// <summary>
/// An answer of 200 whose length is known before it is sent, so that it goes out as one write. The framework's own is
/// chunked: its end is a write of its own, which a busy hub pays for with every command.
/// </summary>
/// <param name="value">What is answered.</param>
/// <param name="isLong">Whether it may take more than some kilobytes: then a buffer that is kept would not serve it.</param>
public sealed class Answered<T>(T value, bool isLong = false) : IResult, IValueHttpResult, IEndpointMetadataProvider
{
    private const string ContentType = "application/json; charset=utf-8";

    /// <inheritdoc/>
    public object? Value => value;

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (isLong)
        {
            await Write(httpContext.Response, JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Answer<T>()));
            return;
        }

        var body = AnswerText.Of(value, ApiJson.Answer<T>());
        await Write(httpContext.Response, body.Written);
        body.Release();
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));

    private static ValueTask Write(HttpResponse response, ReadOnlyMemory<byte> body)
    {
        response.ContentType = ContentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, CancellationToken.None);
    }
}
