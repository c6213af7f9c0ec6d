using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>What every connection needs of its surroundings.</summary>
internal sealed record SocketParts(
    SessionHub Hub, ILog Log, Door Door, EndAudit Ends, UnfinishedInput Unfinished, FeatureFlags Flags, bool Compresses, TimeProvider Time, ILogger Logger);
