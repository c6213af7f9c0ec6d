using System.Globalization;
using System.Net.Sockets;
using System.Text.Unicode;
using Microsoft.AspNetCore.WebUtilities;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Api.Direct;

/// <summary>Writes what came of a report, as the web server would, in one piece.</summary>
internal static class DirectAnswer
{
    /// <summary>The most that goes into a head.</summary>
    private const int Head = 1024;

    /// <summary>A larger buffer is not kept.</summary>
    private const int MostKept = 16 * 1024;

    private const string Last = "Connection: close\r\n";

    private static readonly string Security = string.Concat(SecurityHeaders.All.Select(header => Field(header.Name, header.Value)));

    [ThreadStatic]
    private static byte[]? s_answer;

    /// <summary>The time of the last answer, in words.</summary>
    private static volatile Moment s_moment = new(0, "");

    /// <summary>Sends an answer; false when the connection has failed.</summary>
    /// <param name="socket">The connection, which does not block.</param>
    /// <param name="command">What is answered.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="isLast">Whether the connection is ended behind it.</param>
    /// <param name="now">The time.</param>
    /// <param name="rest">What the kernel does not take at once.</param>
    public static bool TrySend(Socket socket, Command command, Outcome outcome, bool isLast, DateTimeOffset now, out ReadOnlyMemory<byte> rest)
    {
        var last = isLast ? Last : "";
        switch (outcome)
        {
            case Outcome.Accepted { Session: { } session } accepted:
                var begins = command is CreateSession;
                var body = begins ? AnswerText.Of(session.View, ApiJson.Answer<SessionView>())
                    : AnswerText.Of(new CommandAnswer(true, accepted.Seq, session.View), ApiJson.Answer<CommandAnswer>());
                var (status, more) = begins && accepted.Began ? (201, Field("Location", $"{Wire.ApiPrefix}/sessions/{command.SessionId}")) : (200, "");
                var sent = TrySend(socket, status, AnswerText.ContentType, last + more, body.Written.Span, now, out rest);
                body.Release();
                return sent;
            default:
                var problem = SessionCommands.Refused(outcome);
                var hint = problem.Hint is var (name, value) ? Field(name, value) : "";
                return TrySend(
                    socket, problem.Status, Problem.ContentType, last + Field("Cache-Control", Problem.CacheControl) + hint, problem.ToJson(), now, out rest);
        }
    }

    private static bool TrySend(
        Socket socket, int status, string type, string more, ReadOnlySpan<byte> body, DateTimeOffset now, out ReadOnlyMemory<byte> rest)
    {
        var into = Head + body.Length > MostKept ? new byte[Head + body.Length] : s_answer ??= new byte[MostKept];
        Utf8.TryWrite(
            into.AsSpan(0, Head), CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Length: {body.Length}\r\nContent-Type: {type}\r\nDate: {Date(now)}\r\n{Security}{more}\r\n",
            out var length);
        body.CopyTo(into.AsSpan(length));
        var answer = into.AsSpan(0, length + body.Length);
        var failed = socket.TrySendNow(answer, out var sent);
        rest = sent < answer.Length && failed == SocketError.Success ? answer[sent..].ToArray() : default;
        return failed == SocketError.Success;
    }

    private static string Date(DateTimeOffset now)
    {
        var second = now.ToUnixTimeSeconds();
        var moment = s_moment;
        if (moment.Second != second)
        {
            s_moment = moment = new(second, now.ToString("R", CultureInfo.InvariantCulture));
        }

        return moment.Text;
    }

    private static string Field(string name, string value) => $"{name}: {value}\r\n";

    private sealed record Moment(long Second, string Text);
}
