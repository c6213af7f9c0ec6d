using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Server.Security;

/// <summary>How many sockets and streams one address, and one key, may hold open. Safe from any thread.</summary>
public sealed class ConnectionLimits(RollcallOptions options)
{
    /// <summary>So many more connections than sockets and streams may say nothing: who has all of those still begins others, to be told so.</summary>
    private const int Spare = 100;

    private readonly ConcurrentDictionary<string, int> _open = new();

    /// <summary>Connections that are open now.</summary>
    public int Open => _open.Where(pair => pair.Key.StartsWith('@')).Sum(pair => pair.Value);

    /// <summary>Takes a place for a connection, of nobody's perhaps, until it is disposed of; null when there is none left.</summary>
    public IDisposable? TryEnter(HttpContext context, Principal? principal)
    {
        var place = "@" + context.Connection.RemoteIpAddress;
        if (!TryTake(place, options.MaxConnectionsPerAddress))
        {
            return null;
        }

        var key = principal?.Id == Principal.Local.Id ? null : principal?.Id;
        if (key is not null && !TryTake(key, options.MaxConnectionsPerKey))
        {
            Leave(place);
            return null;
        }

        return new Lease(this, place, key);
    }

    /// <summary>Takes a place for a connection that has said nothing yet, until it is disposed of; null when its address has too many such.</summary>
    public IDisposable? TryWait(IPAddress address)
    {
        var place = "?" + address;
        return TryTake(place, options.MaxConnectionsPerAddress + Spare) ? new Lease(this, place, null) : null;
    }

    private bool TryTake(string name, int most)
    {
        while (true)
        {
            var present = _open.GetOrAdd(name, 0);
            if (present >= most)
            {
                return false;
            }

            if (_open.TryUpdate(name, present + 1, present))
            {
                return true;
            }
        }
    }

    private void Leave(string name)
    {
        if (_open.AddOrUpdate(name, 0, (_, present) => present - 1) == 0)
        {
            _open.TryRemove(new(name, 0));
        }
    }

    private sealed class Lease(ConnectionLimits limits, string place, string? key) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                limits.Leave(place);
                if (key is not null)
                {
                    limits.Leave(key);
                }
            }
        }
    }
}
