using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;
using Rollcall.Server.Api;

namespace Rollcall.Server.Operations;

/// <summary>Serves the dashboard's built files, and its page at any address that is nothing else. Public: they hold no data.</summary>
public static class Dashboard
{
    private const string Page = "index.html";

    /// <summary>Where pages of the hub may load from: its own files, and its own sockets. Nothing inline.</summary>
    private const string Policy =
        "default-src 'self'; script-src 'self'; worker-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>What programs ask for: a page in its place would only confuse them.</summary>
    private static readonly PathString[] NoPages = ["/api", "/socket", "/ingest", "/v1", "/metrics", "/openapi", "/assets"];

    private static readonly FileExtensionContentTypeProvider Types = new();

    /// <summary>How the build compresses text, the smallest first, and what it appends to the file's name.</summary>
    private static readonly (string Encoding, string Suffix)[] Compressed = [("br", ".br"), ("gzip", ".gz")];

    /// <summary>Has it answer what is no route. It is none itself: at any address, it would be found in place of one that takes another method.</summary>
    public static void UseDashboard(this WebApplication app, RollcallOptions options)
    {
        var folder = Path.GetFullPath(options.Dashboard);
        var files = Directory.Exists(folder) ? new PhysicalFileProvider(folder) : (IFileProvider)new NullFileProvider();
        app.Use((context, next) => context.GetEndpoint() is null ? Answer(context, files).ExecuteAsync(context) : next(context));
    }

    private static IResult Answer(HttpContext http, IFileProvider files)
    {
        var (method, path) = (http.Request.Method, http.Request.Path);
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            return Serve(http, files);
        }

        if (IsForPrograms(path))
        {
            return Nothing(path);
        }

        http.Response.Headers.Allow = HttpMethods.Get;
        return TypedResults.StatusCode(StatusCodes.Status405MethodNotAllowed);
    }

    /// <summary>Whether only programs ask there.</summary>
    private static bool IsForPrograms(PathString path) => NoPages.Any(prefix => path.StartsWithSegments(prefix));

    private static Problem Nothing(PathString path) => Problem.NotFound($"there is nothing at {path}");

    private static IResult Serve(HttpContext http, IFileProvider files)
    {
        var path = http.Request.Path;
        var name = path.Value is null or "/" ? Page : path.Value;
        if (files.GetFileInfo(name) is { Exists: true, IsDirectory: false })
        {
            return Send(http, files, name, isHashed: path.StartsWithSegments("/assets"));
        }

        var wantsPage = http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal) && !IsForPrograms(path);
        return !wantsPage ? Nothing(path)
            : files.GetFileInfo(Page).Exists ? Send(http, files, Page, isHashed: false)
            : Problem.NotFound("this hub was built without its dashboard");
    }

    /// <summary>Sends a file, or what the build made of it for a browser that takes it compressed.</summary>
    private static PhysicalFileHttpResult Send(HttpContext http, IFileProvider files, string name, bool isHashed)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = isHashed ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);

        var taken = http.Request.GetTypedHeaders().AcceptEncoding;
        var (encoding, file) = Compressed.Select(form => (form.Encoding, File: files.GetFileInfo(name + form.Suffix)))
            .FirstOrDefault(form => form.File.Exists && taken.Any(value => value.Value == form.Encoding && value.Quality is not 0));
        if (file is null)
        {
            file = files.GetFileInfo(name);
        }
        else
        {
            headers.ContentEncoding = encoding;
        }

        var tag = new EntityTagHeaderValue($"\"{file.LastModified.ToUnixTimeMilliseconds():x}-{file.Length:x}\"");
        return TypedResults.PhysicalFile(
            file.PhysicalPath!, Types.TryGetContentType(name, out var type) ? type : "application/octet-stream", lastModified: file.LastModified, entityTag: tag);
    }
}
