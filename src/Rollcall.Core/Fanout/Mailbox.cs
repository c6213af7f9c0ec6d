namespace Rollcall.Core.Fanout;

/// <summary>
/// What was posted to one connection alone and is not written yet. Anybody may post; only the connection's pump takes.
/// It is one reference while nothing waits: there is one for each idle connection.
/// </summary>
internal struct Mailbox
{
    private Post? _newest;

    public bool IsEmpty => Volatile.Read(ref _newest) is null;

    /// <summary>Posts; true when nothing was there, so that the pump may not know yet that there is something.</summary>
    public bool Put(Post post)
    {
        do
        {
            post.Earlier = Volatile.Read(ref _newest);
        }
        while (Interlocked.CompareExchange(ref _newest, post, post.Earlier) != post.Earlier);

        return post.Earlier is null;
    }

    /// <summary>Takes everything, the oldest first: each leads to the next by <see cref="Post.Later"/>.</summary>
    public Post? TakeAll()
    {
        Post? oldest = null;
        for (var post = Interlocked.Exchange(ref _newest, null); post is not null; post = post.Earlier)
        {
            post.Later = oldest;
            oldest = post;
        }

        return oldest;
    }
}

/// <summary>A finished message for one connection, or the beginning or end of something behind it.</summary>
internal sealed class Post(ReadOnlyMemory<byte>[] slices, int bytes)
{
    /// <summary>The message, now that its turn has come; taken once.</summary>
    public ReadOnlyMemory<byte>[] Take() => Finish?.Invoke() ?? slices;

    /// <summary>Makes the message when its turn has come; null where it is finished.</summary>
    public Func<ReadOnlyMemory<byte>[]>? Finish { get; init; }

    /// <summary>What it takes while it waits.</summary>
    public int Bytes => bytes;

    public Subscription? Start { get; init; }

    public Subscription? Stop { get; init; }

    public (int Code, string Reason)? Close { get; init; }

    public Post? Earlier { get; set; }

    public Post? Later { get; set; }
}
