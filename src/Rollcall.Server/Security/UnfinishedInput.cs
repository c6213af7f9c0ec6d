using System.Globalization;
using System.Net;
using Rollcall.Core;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>
/// How many bytes are held of what clients have begun to say, bodies and messages of sockets, and not finished: in all, and of one key, or of one
/// address where there is none. What is small takes nothing of it, nor does what came whole, so that small reports go on whatever others leave
/// unfinished. Safe from any thread.
/// </summary>
public sealed class UnfinishedInput
{
    /// <summary>Of one key or address (32 MiB).</summary>
    public const long MostOfOne = 32 * 1024 * 1024;

    /// <summary>Of all together (128 MiB).</summary>
    public const long MostOfAll = 4 * MostOfOne;

    /// <summary>The first bytes of each are not counted (4 KiB): a small body may be sent in chunks, the last of which comes behind it.</summary>
    public const int FreeOfEach = 4 * 1024;

    private static readonly Outcome.Refused TooManyOfOne = new(
        ErrorCodes.RateLimited, string.Create(CultureInfo.InvariantCulture, $"what one key or address has begun to say and not finished is at most {MostOfOne} bytes together"));

    private static readonly Outcome.Refused TooManyOfAll = new(
        ErrorCodes.Unavailable, string.Create(CultureInfo.InvariantCulture, $"what is begun to be said and not finished is at most {MostOfAll} bytes together"));

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _ofOne = [];
    private long _ofAll;

    /// <summary>Bytes that are counted as held now.</summary>
    public long Held
    {
        get
        {
            lock (_gate)
            {
                return _ofAll;
            }
        }
    }

    /// <summary>Who holds what somebody says: their key, or their address where there is none.</summary>
    internal static string HolderOf(Principal? principal, IPAddress? address) =>
        principal is not null && principal.Id != Principal.Local.Id ? principal.Id : $"@{address}";

    private Outcome.Refused? Take(string name, long bytes)
    {
        lock (_gate)
        {
            var ofOne = _ofOne.GetValueOrDefault(name) + bytes;
            if (bytes > 0 && (ofOne > MostOfOne || _ofAll + bytes > MostOfAll))
            {
                return ofOne > MostOfOne ? TooManyOfOne : TooManyOfAll;
            }

            _ofAll += bytes;
            if (ofOne == 0)
            {
                _ofOne.Remove(name);
            }
            else
            {
                _ofOne[name] = ofOne;
            }

            return null;
        }
    }

    /// <summary>What is held of one body or message, until it is disposed of. For one reader at a time.</summary>
    /// <param name="begin">What all hold, and who holds this; asked only when something is held, as most comes at once.</param>
    internal sealed class Share(Func<(UnfinishedInput All, string Holder)> begin) : IDisposable
    {
        private (UnfinishedInput All, string Holder)? _of;
        private long _bytes;

        /// <summary>So many bytes are held now, and more are to come; why they may not be, null when they may.</summary>
        public Outcome.Refused? Hold(long bytes)
        {
            var counted = Math.Max(0, bytes - FreeOfEach);
            if (counted == _bytes)
            {
                return null;
            }

            var (all, holder) = _of ??= begin();
            var refused = all.Take(holder, counted - _bytes);
            _bytes = refused is null ? counted : _bytes;
            return refused;
        }

        public void Dispose() => Hold(0);
    }
}
