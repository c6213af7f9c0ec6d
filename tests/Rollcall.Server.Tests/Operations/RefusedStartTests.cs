using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Chaos;

namespace Rollcall.Server.Tests.Operations;

/// <summary>What the hub or its web server cannot start with is said in a sentence, without a stack trace.</summary>
public sealed class RefusedStartTests : IDisposable
{
    private const string CertificateFile = "Kestrel__Certificates__Default__Path";

    private readonly string _data = Directory.CreateTempSubdirectory("rollcall-refused-").FullName;

    private string Data => Path.Combine(_data, "data");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_port_that_is_in_use()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Assert.Equal((1, $"Failed to bind to address http://{other.LocalEndpoint}: address already in use."), await Serve($"http://{other.LocalEndpoint}"));
    }

    [Fact]
    public async Task An_address_of_another_machine()
    {
        KeyFile.Change(Data, keys => [.. keys, Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch).Key]);
        var (code, said) = await Serve("http://192.0.2.1:7655");
        Assert.Equal(1, code);
        Assert.Matches("^An address cannot be listened on: [^\n]+$", said);
    }

    [Fact]
    public async Task A_certificate_that_is_not_there()
    {
        var file = Path.Combine(_data, "none.pem");
        Assert.Equal((1, $"Could not find file '{file}'."), await Serve("https://127.0.0.1:0", (CertificateFile, file)));
    }

    [Fact]
    public async Task A_certificate_that_is_none()
    {
        var file = Path.Combine(_data, "bad.pem");
        await File.WriteAllTextAsync(file, "nonsense", TestContext.Current.CancellationToken);
        var (code, said) = await Serve("https://127.0.0.1:0", (CertificateFile, file));
        Assert.Equal(1, code);
        Assert.Matches("^A certificate or its key cannot be used: [^\n]+$", said);
    }

    [Fact]
    public async Task No_certificate_at_all()
    {
        var (code, said) = await Serve("https://127.0.0.1:0");
        Assert.Equal(1, code);
        Assert.StartsWith("Unable to configure HTTPS endpoint. No server certificate was specified", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_session_that_cannot_be_read()
    {
        await using (var hub = await TestHub.Start(data: Data))
        {
            await hub.Post("/api/v1/sessions", new { id = "broken" });
        }

        await using (var database = new SqliteConnection($"Data Source={Path.Combine(Data, "rollcall.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText = "UPDATE sessions SET view = 'unreadable'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        var (code, said) = await Serve("http://127.0.0.1:0");
        Assert.Equal(1, code);
        Assert.Matches("^The log [^\n]+rollcall.db cannot be used: what is stored of session broken cannot be read [^\n]+$", said);
    }

    /// <summary>Its exit code, and all that it said.</summary>
    private async Task<(int Code, string Said)> Serve(string url, params (string Name, string Value)[] variables)
    {
        var (code, output, said) = await HubProcess.Run(["serve", "--urls", url, "--data", Data], variables);
        return (code, output + said);
    }
}
