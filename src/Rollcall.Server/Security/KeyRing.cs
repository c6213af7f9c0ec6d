using Microsoft.Extensions.Logging;

namespace Rollcall.Server.Security;

/// <summary>
/// The keys that are valid now. Follows the file, so that what the command line changes holds at once. Safe from any
/// thread.
/// </summary>
public sealed partial class KeyRing : IDisposable
{
    /// <summary>Half of the second within which a revoked key's sockets must be closed is kept for closing them.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ILogger<KeyRing> _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private volatile Dictionary<string, (Key Key, Principal Principal)> _keys = [];
    private readonly HashSet<RevocationWatch> _watches = [];
    private HashSet<string> _valid = [];
    private (DateTime, long) _stamp;

    /// <summary>The file that could not be read; null when the last one could.</summary>
    private (DateTime, long)? _unread;

    /// <summary>Reads the keys of a data directory and follows them until disposed.</summary>
    /// <exception cref="RefusedToStartException">The file cannot be understood.</exception>
    public KeyRing(string dataDirectory, TimeProvider time, ILogger<KeyRing> logger)
    {
        (_directory, _time, _logger) = (dataDirectory, time, logger);
        _stamp = Stamp();
        Take(KeyFile.Read(dataDirectory));
        _timer = time.CreateTimer(
            _ =>
            {
                Look(byTimer: true);
                Sweep();
            },
            null,
            LookEvery,
            LookEvery);
    }

    /// <summary>Called when other keys were read; what it does must not take long.</summary>
    public event Action? Changed;

    /// <summary>All keys, those that are not valid any more as well.</summary>
    public IReadOnlyCollection<Key> All => [.. _keys.Values.Select(held => held.Key)];

    /// <summary>Whether any key is valid now.</summary>
    public bool Any => _keys.Values.Any(held => held.Key.IsValidAt(_time.GetUtcNow()));

    /// <summary>Who presents a credential; null when it proves no key that is valid now.</summary>
    public Principal? Verify(string credential)
    {
        if (Key.Split(credential) is not var (id, secret))
        {
            return null;
        }

        Look();
        return Find(id, _time.GetUtcNow()) is { } held && held.Key.Matches(secret) ? held.Principal : null;
    }

    /// <summary>
    /// Whether what a principal presented still holds: it has not expired, and its key is valid and the one that it was. A token of nobody's
    /// key only expires.
    /// </summary>
    public bool Honours(Principal principal)
    {
        Look();
        return Honours(principal, _time.GetUtcNow());
    }

    /// <summary>Looks after a watch until it is over or forgotten.</summary>
    internal void Add(RevocationWatch watch)
    {
        lock (_gate)
        {
            _watches.Add(watch);
        }
    }

    internal void Forget(RevocationWatch watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>
    /// Reads the file if it has changed, and then, or when the timer asks for those that expired, goes through all keys. What could not be read
    /// only the timer tries again.
    /// </summary>
    private void Look(bool byTimer = false)
    {
        List<string> gone;
        bool reads;
        lock (_gate)
        {
            var stamp = Stamp();
            _unread = stamp == _stamp ? null : _unread;
            reads = stamp != _stamp && (byTimer || stamp != _unread) && TryReread(stamp);
            if (!reads && !byTimer)
            {
                return;
            }

            var now = _time.GetUtcNow();
            gone = [.. _valid.Where(id => Find(id, now) is null)];

            // Not only less: a clock that was set back makes a key valid again.
            _valid = [.. _keys.Keys.Where(id => Find(id, now) is not null)];
        }

        gone.ForEach(KeyGone);
        if (reads || gone.Count > 0)
        {
            Sweep();
        }
    }

    /// <summary>Tells whoever holds something open that they may not any longer.</summary>
    private void Sweep()
    {
        List<RevocationWatch> over;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            over = [.. _watches.Where(watch => !Honours(watch.Principal, now))];
            _watches.ExceptWith(over);
        }

        over.ForEach(Call);
    }

    /// <summary>One that fails, such as at what its holder has just let go of, keeps no other from being told.</summary>
    private void Call(RevocationWatch watch)
    {
#pragma warning disable CA1031 // Nobody above the timer would catch it.
        try
        {
            watch.Call();
        }
        catch (Exception failure)
        {
            NotTold(failure, watch.Principal.Id);
        }
#pragma warning restore CA1031
    }

    /// <summary>What is damaged stays so until somebody changes it; what could not be read is tried again when the timer comes.</summary>
    private bool TryReread((DateTime, long) stamp)
    {
        try
        {
            Take(KeyFile.Read(_directory));
            (_stamp, _unread) = (stamp, null);
            return true;
        }
        catch (RefusedToStartException damaged)
        {
            (_stamp, _unread) = (stamp, null);
            KeysUnreadable(damaged);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (_unread != stamp)
            {
                _unread = stamp;
                KeysUnreadable(failure);
            }
        }

        return false;
    }

    private void Take(IReadOnlyList<Key> keys)
    {
        var now = _time.GetUtcNow();
        _keys = keys.ToDictionary(key => key.Id, key => (key, key.ToPrincipal()));
        _valid.UnionWith(keys.Where(key => key.IsValidAt(now)).Select(key => key.Id));
        Changed?.Invoke();
    }

    private (Key Key, Principal Principal)? Find(string id, DateTimeOffset now) =>
        _keys.TryGetValue(id, out var held) && held.Key.IsValidAt(now) ? held : null;

    private bool Honours(Principal principal, DateTimeOffset now) => !principal.HasExpiredAt(now)
        && (principal.Id == Principal.Local.Id || (Find(principal.Id, now) is { } held && held.Principal.KeyPrint == principal.KeyPrint));

    private (DateTime, long) Stamp()
    {
        var file = new FileInfo(KeyFile.PathIn(_directory));
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "key {Id} is no longer valid")]
    private partial void KeyGone(string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "the keys cannot be read; those read before stay valid")]
    private partial void KeysUnreadable(Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the end of the key {Id} could not be told to something that it had opened")]
    private partial void NotTold(Exception failure, string id);
}
