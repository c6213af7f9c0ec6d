using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Api.Direct;

/// <summary>
/// Answers sessions' own small reports without the web server, by the same checks (docs/decisions/0035). Who may not come in, what is wrong and
/// whatever it does not understand goes to the web server as if it had not been looked at; so nothing is refused here but by the hub. Safe from any thread.
/// </summary>
internal sealed partial class DirectReports(
    RollcallOptions options, Addresses addresses, Door door, Intake intake, TimeProvider time, ILogger<DirectReports> logger) : IDirectRequests
{
    /// <summary>Who says nothing for so long, or a little less, is the web server's to wait for.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(2);

    /// <summary>Bytes behind the last answer that are read before the connection is closed.</summary>
    private const int MostDiscarded = 64 * 1024;

    /// <summary>Fields by which a request is not a plain report.</summary>
    private static readonly string[] Unusual = ["Origin", "Upgrade", Idempotency.Header];

    /// <summary>All of them are for the same people.</summary>
    private static readonly Access ReportAccess = AccessTable.Find(HttpMethods.Post, Wire.ApiPrefix + "/sessions")!;

    [ThreadStatic]
    private static byte[]? s_arrived;

    private readonly Deadlines _quiet = new(Quiet, time);

    /// <summary>Until when a client may leave an answer untaken that the kernel has no room for.</summary>
    private readonly Deadlines _patience = new(RequestLimits.Patience(options.Fanout), time);

    public async ValueTask<bool> Serve(Socket socket, ServedConnection served)
    {
        var sender = new Sender();
        try
        {
            socket.Blocking = false;
            while (true)
            {
                if (TryPeek(socket, out var arrived))
                {
                    if (arrived.IsEmpty)
                    {
                        return false;
                    }

                    if (Read(arrived, socket, sender) is not var (command, length))
                    {
                        return true;
                    }

                    if (!await TryAnswer(socket, served, sender.Principal!, command, length).ConfigureAwait(false))
                    {
                        return false;
                    }
                }

                var next = socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, _quiet.Next());
                if (next.IsCompleted)
                {
                    // Who always has more to say waits for a turn.
                    await Task.Yield();
                }

                await next.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            return true;
        }
#pragma warning disable CA1031 // There is nobody behind this to hear of a bug, which must not keep the connection open for ever.
        catch (Exception bug) when (bug is not (SocketException or ObjectDisposedException))
        {
            LogBug(logger, bug);
            return false;
        }
#pragma warning restore CA1031
    }

    /// <summary>Gives a command and answers it; false when the connection is to be ended.</summary>
    private async ValueTask<bool> TryAnswer(Socket socket, ServedConnection served, Principal principal, Command command, int length)
    {
        if (!served.Begin())
        {
            return false;
        }

        try
        {
            // The hub's writer may go on here with what came of it.
            var outcome = await intake.Submit(principal, command, isBrief: true).ConfigureAwait(false);
            if (!TrySkip(socket, length) || !DirectAnswer.TrySend(socket, command, outcome, served.Ends, time.GetUtcNow(), out var rest))
            {
                // To end a connection takes longer.
                await Task.Yield();
                return false;
            }

            if (rest.Length > 0)
            {
                await SendLater(socket, rest).ConfigureAwait(false);
            }
        }
        finally
        {
            served.End();
        }

        if (served.Ends)
        {
            Discard(socket);
            return false;
        }

        return true;
    }

    /// <summary>What has arrived, which stays unread; nothing at a connection's end. False when the socket said there was something, and there is not.</summary>
    private static bool TryPeek(Socket socket, out ReadOnlySpan<byte> arrived)
    {
        var into = s_arrived ??= new byte[RequestHead.MaxBytes];
        var length = socket.Receive(into, SocketFlags.Peek, out var error);
        arrived = into.AsSpan(0, error == SocketError.Success ? length : 0);
        return error != SocketError.WouldBlock;
    }

    /// <summary>What is reported, and in how many bytes; null when the web server should have it.</summary>
    private (Command Command, int Length)? Read(ReadOnlySpan<byte> arrived, Socket socket, Sender sender) =>
        ReportRequest.TryRead(arrived, out var request) && Knows(socket, sender, request) && CommandOf(request) is { } command && !EndAudit.CanEnd(command)
            ? (command, request.Length) : null;

    private bool Knows(Socket socket, Sender sender, in ReportRequest request)
    {
        // A key that was changed is another, and one that has ended the web server refuses.
        if (!sender.Sent(request) || !door.IsStillValid(sender.Principal!))
        {
            sender.Principal = null;
            Admit(socket, sender, request);
        }

        return sender.Principal is not null && (sender.SendsJson || (request.Kind == ReportKind.Heartbeat && request.Body.IsEmpty));
    }

    /// <summary>Looks at the fields as at those of any other request.</summary>
    private void Admit(Socket socket, Sender sender, in ReportRequest request)
    {
        byte[] fields = [.. request.Before, .. request.Behind];
        var context = BareRequest.On(socket);
        var headers = context.Request.Headers;
        (context.Request.Method, context.Request.Scheme, context.Request.Path) = (HttpMethods.Post, "http", Wire.ApiPrefix + "/sessions");
        if (!RequestHead.TryReadFields(fields, headers, RequestLimits.HeaderFields - 1)
            || Array.Exists(Unusual, headers.ContainsKey)
            || (headers.Connection.Count > 0 && !string.Equals(headers.Connection, "keep-alive", StringComparison.OrdinalIgnoreCase))
            || (headers.ContentType.Count > 0 && !IsJson(headers.ContentType.ToString()))
            || !addresses.AllowsHost(context) || !addresses.AllowsOrigin(context))
        {
            return;
        }

        var (principal, refused) = door.Authenticate(context.Request);
        if (refused is null && ReportAccess.Refuse(principal) is null)
        {
            sender.Keep(request, principal!, headers.ContentType.Count > 0);
        }
    }

    private static bool IsJson(string type) =>
        type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Equals(AnswerText.ContentType, StringComparison.OrdinalIgnoreCase);

    private Command? CommandOf(in ReportRequest request) => request.Kind switch
    {
        ReportKind.Create => Body.Parse<NewSession>(request.Body) is (var body, null) ? body!.ToCommand(body.Id ?? SessionIds.New(time.GetUtcNow())) : null,
        ReportKind.Update => Of<UpdateSession>(request),
        ReportKind.Status => Of<ChangeStatus>(request),
        ReportKind.Heartbeat => Of<Heartbeat>(request),
        ReportKind.Usage => Of<ReportUsage>(request),
        _ => Of<AppendOutput>(request),
    };

    private static Command? Of<T>(in ReportRequest request)
        where T : Command => Body.Parse<T>(request.Body) is (var command, null) ? command! with { SessionId = request.SessionId } : null;

    /// <summary>Sends what the kernel had no room for; who leaves it there is cut off.</summary>
    private async ValueTask SendLater(Socket socket, ReadOnlyMemory<byte> rest)
    {
        try
        {
            await socket.SendLater(rest, _patience.Next()).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    /// <summary>Takes what was answered out of what has arrived; false when the connection has failed.</summary>
    private static bool TrySkip(Socket socket, int length)
    {
        var read = s_arrived ??= new byte[RequestHead.MaxBytes];
        while (length > 0)
        {
            var taken = socket.Receive(read.AsSpan(0, length), SocketFlags.None, out var error);
            if (error != SocketError.Success || taken == 0)
            {
                return false;
            }

            length -= taken;
        }

        return true;
    }

    /// <summary>Reads what came behind the last answer, within bounds: were it still there, closing would take back what the client has not got yet.</summary>
    private static void Discard(Socket socket)
    {
        var read = s_arrived ??= new byte[RequestHead.MaxBytes];
        for (var reads = MostDiscarded / read.Length; reads > 0 && socket.Receive(read, SocketFlags.None, out var error) > 0 && error == SocketError.Success; reads--)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A report was not answered because of a bug")]
    private static partial void LogBug(ILogger logger, Exception bug);

    /// <summary>Who sends the reports of a connection, as long as all come with the same fields.</summary>
    private sealed class Sender
    {
        private byte[] _before = [];
        private byte[] _behind = [];

        /// <summary>Null when its last request was not one to be answered here.</summary>
        public Principal? Principal { get; set; }

        /// <summary>Whether it says that it sends JSON.</summary>
        public bool SendsJson { get; set; }

        public bool Sent(in ReportRequest request) =>
            Principal is not null && request.Before.SequenceEqual(_before) && request.Behind.SequenceEqual(_behind);

        public void Keep(in ReportRequest request, Principal principal, bool sendsJson) =>
            (_before, _behind, Principal, SendsJson) = (request.Before.ToArray(), request.Behind.ToArray(), principal, sendsJson);
    }
}
