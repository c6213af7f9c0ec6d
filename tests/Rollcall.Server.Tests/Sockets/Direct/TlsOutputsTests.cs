using System.Net;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>Where the hub's own way out stands below TLS.</summary>
public sealed class TlsOutputsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:7655", false)]
    [InlineData("https://127.0.0.1:7655", true)]
    [InlineData("http://127.0.0.1:7655 https://127.0.0.2:7655", false)]
    [InlineData("http://127.0.0.1:7656 https://127.0.0.1:7655", true)]
    [InlineData("https://127.0.0.1:7656", false)]
    public void It_stands_where_everything_is_tls(string urls, bool stands)
    {
        var outputs = new TlsOutputs(new RollcallOptions { Urls = urls.Split(' ') });

        Assert.Equal(stands, outputs.IsTls(new IPEndPoint(IPAddress.Loopback, 7655)));
    }
}
