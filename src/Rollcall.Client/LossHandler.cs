using System.Net.Sockets;

namespace Rollcall.Client;

/// <summary>Tells every loss of the hub as <see cref="HttpRequestException"/>: of a hub that is lost just as it accepts, .NET lets the <see cref="SocketException"/> through.</summary>
internal sealed class LossHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException lost)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, lost.Message, lost);
        }
    }
}
