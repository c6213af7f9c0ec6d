using System.Text;
using System.Text.RegularExpressions;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Api.Direct;

/// <summary>
/// Nobody can say what is understood in one way without the web server and in another by it: whatever is put, dropped or repeated in two reports,
/// both give the same answers, and end the connection at the same place.
/// </summary>
public sealed partial class DirectRequestFuzzTests
{
    private const int Runs = 600;

    /// <summary>Bytes that mean something in a head or a body.</summary>
    private static readonly string[] Bytes = ["\r", "\n", "\r\n", " ", "\t", ":", "%", "/", ".", ",", "0", "1", "9", "a", "\0", "\x80", "{", "}", "\"", "?", "#", ";", "-", "+"];

    private static readonly string[] Lines =
    [
        "Content-Length: 2", "Content-Length: 0", "content-length: 20", "Content-Length : 20", "Content-Length: 20, 20", "Content-Length:", "Content-Length: 00020",
        "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Connection: close", "Connection: keep-alive", "Connection: Content-Length", "Connection: upgrade",
        "Host: elsewhere.example", "Host:", "Expect: 100-continue", "Upgrade: h2c", "Origin: https://elsewhere.example", "Sec-Fetch-Site: cross-site",
        "Authorization: Bearer rlc_x", "Authorization: Basic eDp5", "Authorization:", "Cookie: a=b", "X-Forwarded-For: 10.0.0.1", "Idempotency-Key: k", "Content-Type: text/plain",
        "Content-Type: application/json; charset=utf-8", "Content-Type: application/json; charset=utf-16", "Content-Encoding: gzip", "X-HTTP-Method-Override: DELETE",
        "Sec-WebSocket-Protocol: rollcall, rlc_x", "Accept: text/html", "Trailer: X", "TE: trailers", " folded", "no colon", ": no name",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Both_understand_the_same(int seed)
    {
        var random = new Random(seed);
        await using var hub = await TestHub.Start();
        Assert.Equal(201, (await hub.Post("/api/v1/sessions?x", new { id = "s" })).Status);
        var (served, past) = (0, 0);
        using var watching = Diagnosis.Hear(hub, Diagnosis.Begun, _ => Interlocked.Increment(ref served));
        for (var run = 0; run < Runs; run++)
        {
            var said = Mutate(Two(hub), random);

            // What comes first is the web server's, and so is all that follows it.
            var expected = await Hear(hub, Look(hub) + said);
            var byServer = Interlocked.Exchange(ref served, 0);
            var given = await Hear(hub, said);
            Assert.True(expected.Skip(1).SequenceEqual(given), $"run {run}: {string.Join(' ', given)} instead of {string.Join(" ", expected.Skip(1))} to\n{said}");
            past += byServer - 1 - Interlocked.Exchange(ref served, 0);
        }

        Assert.InRange(past, Runs / 10, Runs * 2);
    }

    private static string Two(TestHub hub) => string.Concat(Enumerable.Range(0, 2).Select(i =>
        $"POST /api/v1/sessions/s/{(i == 0 ? "heartbeat" : "status")} HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: 17\r\nUser-Agent: x\r\n\r\n"
        + (i == 0 ? "{}".PadRight(17) : """{"status":"idle"}""")));

    private static string Mutate(string text, Random random)
    {
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(text.Length);
            text = random.Next(4) switch
            {
                0 => text.Insert(at, Bytes[random.Next(Bytes.Length)]),
                1 => text.Remove(at, 1),
                2 => text.Remove(at, 1).Insert(at, Bytes[random.Next(Bytes.Length)]),
                _ => text.Insert(text.IndexOf("\r\n", at / 2, StringComparison.Ordinal) is >= 0 and var line ? line : at, "\r\n" + Lines[random.Next(Lines.Length)]),
            };
        }

        return text;
    }

    /// <summary>The statuses of what is answered, up to the end; behind what is said is enough for a body that was made longer.</summary>
    private static async Task<string[]> Hear(TestHub hub, string said)
    {
        using var line = await HttpLine.To(hub);
        await line.Say(Encoding.Latin1.GetBytes(said + string.Concat(Enumerable.Repeat(Look(hub, "Connection: close\r\n"), 80))));
        return [.. Status().Matches(await line.Rest()).Select(status => status.Value)];
    }

    private static string Look(TestHub hub, string more = "") => $"GET /api/v1/health HTTP/1.1\r\nHost: {hub.Address.Authority}\r\n{more}\r\n";

    [GeneratedRegex("(?<=HTTP/1.1 )[0-9]{3}")]
    private static partial Regex Status();
}
