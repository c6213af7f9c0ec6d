namespace Rollcall.Server.Streams;

/// <summary>
/// Aborts a request, at most once and never after it is over: the web server then uses its objects for another. From any thread.
/// </summary>
/// <param name="abort">Ends the request's connection, or over HTTP/2 its one stream, and what waits in it.</param>
internal sealed class RequestAbort(Action abort)
{
    private readonly Lock _ending = new();
    private bool _over;

    /// <summary>Aborts the request, unless that was done or it is over.</summary>
    public void Now()
    {
        lock (_ending)
        {
            if (!_over)
            {
                _over = true;
                abort();
            }
        }
    }

    /// <summary>Nothing aborts the request from here on; an abort that is under way has ended.</summary>
    public void Over()
    {
        lock (_ending)
        {
            _over = true;
        }
    }
}
