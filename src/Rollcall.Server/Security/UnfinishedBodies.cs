using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>
/// How many bytes are held of bodies that are not whole yet: in all, and of one key, or of one address where there is none. A small body
/// takes nothing of it, nor does one that came with its head, so that small reports go on whatever others leave unfinished. Safe from any thread.
/// </summary>
public sealed class UnfinishedBodies
{
    /// <summary>Of one key or address (32 MiB).</summary>
    public const long MostOfOne = 32 * 1024 * 1024;

    /// <summary>Of all together (128 MiB).</summary>
    public const long MostOfAll = 4 * MostOfOne;

    /// <summary>The first bytes of each body are not counted (4 KiB): a small one may be sent in chunks, the last of which comes behind it.</summary>
    public const int FreeOfEach = 4 * 1024;

    private static readonly Outcome.Refused TooManyOfOne = new(
        ErrorCodes.RateLimited, string.Create(CultureInfo.InvariantCulture, $"bodies that one key or address has not finished are of at most {MostOfOne} bytes together"));

    private static readonly Outcome.Refused TooManyOfAll = new(
        ErrorCodes.Unavailable, string.Create(CultureInfo.InvariantCulture, $"bodies that are not finished are of at most {MostOfAll} bytes together"));

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

    /// <summary>What is held of one request's body, until it is disposed of.</summary>
    internal sealed class Share(HttpContext context) : IDisposable
    {
        private UnfinishedBodies? _bodies;
        private string _name = "";
        private long _bytes;

        /// <summary>So many bytes have come so far, and more are to come; why they may not be held, null when they may.</summary>
        public Outcome.Refused? Hold(long bytes)
        {
            var counted = Math.Max(0, bytes - FreeOfEach);
            if (counted == _bytes)
            {
                return null;
            }

            _bodies ??= Begin();
            var refused = _bodies.Take(_name, counted - _bytes);
            _bytes = refused is null ? counted : _bytes;
            return refused;
        }

        public void Dispose()
        {
            if (_bytes > 0)
            {
                Hold(0);
            }
        }

        /// <summary>Not before something is held: most bodies come at once.</summary>
        private UnfinishedBodies Begin()
        {
            _name = context.Features.Get<Principal>() is { } principal && principal.Id != Principal.Local.Id
                ? principal.Id : "@" + context.Connection.RemoteIpAddress;
            return context.RequestServices.GetRequiredService<UnfinishedBodies>();
        }
    }
}
