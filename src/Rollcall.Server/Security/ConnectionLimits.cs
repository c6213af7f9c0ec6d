using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Server.Security;

/// <summary>How many sockets, streams and long polls that wait one address, and one key, may hold open. Safe from any thread.</summary>
public sealed class ConnectionLimits(RollcallOptions options)
{
    /// <summary>So many more connections than sockets and streams may say nothing: who has all of those still begins others, to be told so.</summary>
    private const int Spare = 100;

    private readonly Places<IPAddress> _addresses = new(options.MaxConnectionsPerAddress);
    private readonly Places<IPAddress> _silent = new(options.MaxConnectionsPerAddress + Spare);
    private readonly Places<string> _keys = new(options.MaxConnectionsPerKey);

    /// <summary>Connections that are open now.</summary>
    public int Open => _addresses.Taken;

    /// <summary>Takes a place for a connection, of nobody's perhaps, until it is disposed of; null when there is none left.</summary>
    public IDisposable? TryEnter(HttpContext context, Principal? principal)
    {
        var place = _addresses.TryTake(context.Connection.RemoteIpAddress ?? IPAddress.None);
        if (place is null || principal is null || principal.Id == Principal.Local.Id)
        {
            return place;
        }

        var both = _keys.TryTake(principal.Id, place);
        if (both is null)
        {
            place.Dispose();
        }

        return both;
    }

    /// <summary>Takes a place for a connection that has said nothing yet, until it is disposed of; null when its address has too many such.</summary>
    public IDisposable? TryWait(IPAddress address) => _silent.TryTake(address);

    /// <summary>Counts what each holds, of whom none may hold more than so much.</summary>
    private sealed class Places<T>(int most)
        where T : notnull
    {
        private readonly ConcurrentDictionary<T, int> _taken = new();

        /// <summary>All that are taken.</summary>
        public int Taken => _taken.Values.Sum();

        /// <summary>Takes one until it is disposed of, and another that was taken before with it; null when there is none left.</summary>
        public IDisposable? TryTake(T holder, IDisposable? with = null)
        {
            while (true)
            {
                var present = _taken.GetOrAdd(holder, 0);
                if (present >= most)
                {
                    return null;
                }

                if (_taken.TryUpdate(holder, present + 1, present))
                {
                    return new Place(this, holder, with);
                }
            }
        }

        private void Leave(T holder)
        {
            if (_taken.AddOrUpdate(holder, 0, (_, present) => present - 1) == 0)
            {
                _taken.TryRemove(new(holder, 0));
            }
        }

        private sealed class Place(Places<T> places, T holder, IDisposable? with) : IDisposable
        {
            private int _left;

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _left, 1) == 0)
                {
                    places.Leave(holder);
                    with?.Dispose();
                }
            }
        }
    }
}
