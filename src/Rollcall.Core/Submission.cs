using Rollcall.Core.Fleet;
using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>Something that waits for the hub's writer: the closed family of what may change the fleet.</summary>
internal abstract record Submission
{
    private Submission()
    {
    }

    /// <summary>Whether the caller does so little with the answer that the writer itself may give it.</summary>
    public bool IsBrief { get; init; }

    /// <summary>Whether it may be somebody's sign of life.</summary>
    public virtual bool IsHeard => true;

    /// <summary>Adds every key by which something of it may be known already.</summary>
    public virtual void AddReceiptKeys(ref List<string>? keys)
    {
    }

    /// <summary>Tells the caller, who may be nobody, that its effect is durable.</summary>
    public virtual void Answer()
    {
    }

    /// <summary>Tells the caller that nothing came of it.</summary>
    public virtual void Refuse(string why)
    {
    }

    /// <summary>Commands of one caller, answered together; each stands for itself.</summary>
    /// <param name="Items">The commands, in order.</param>
    /// <param name="ReceiptKey">Recognises the caller's request when it is repeated; null for none.</param>
    /// <param name="Projects">The caller gives commands about the sessions of these projects only; null for all.</param>
    /// <param name="Counts">Counts the answers; null for nobody.</param>
    /// <param name="Caller">Answered after the effect is durable.</param>
    internal sealed record Commands(
        IReadOnlyList<Command> Items, string? ReceiptKey, IReadOnlySet<string>? Projects, CommandCounts? Counts,
        TaskCompletionSource<IReadOnlyList<Outcome>> Caller) : Submission
    {
        /// <summary>The outcomes so far; given to the caller once they are durable.</summary>
        public List<Outcome> Outcomes { get; } = new(Items.Count);

        public override bool IsHeard => Items.Count > 0;

        /// <summary>The key of a command that changes nothing when it is repeated; null for others.</summary>
        public static string? KeyOf(Command command) =>
            command is ReportUsage { RequestId: { } request } ? $"usage/{command.SessionId}/{request}" : null;

        public override void AddReceiptKeys(ref List<string>? keys)
        {
            if (ReceiptKey is not null)
            {
                (keys ??= []).Add(ReceiptKey);
            }

            for (var i = 0; i < Items.Count; i++)
            {
                if (KeyOf(Items[i]) is { } key)
                {
                    (keys ??= []).Add(key);
                }
            }
        }

        public override void Answer() => Tell(Outcomes);

        public override void Refuse(string why) => Tell([.. Items.Select(_ => new Outcome.Refused(ErrorCodes.Unavailable, why))]);

        private void Tell(IReadOnlyList<Outcome> outcomes)
        {
            Counts?.Add(outcomes);
            Caller.TrySetResult(outcomes);
        }
    }

    /// <summary>Single commands that came in together and are decided in one batch.</summary>
    internal sealed record Together(IReadOnlyList<Commands> Items) : Submission
    {
        /// <summary>Where there is no room for all, each is given by itself.</summary>
        public override bool IsHeard => false;
    }

    /// <summary>An event of the fleet that gets a place in the log.</summary>
    /// <param name="Happened">The event.</param>
    /// <param name="ReceiptKey">Recognises the caller's request when it is repeated; null for none.</param>
    /// <param name="Caller">Answered after it is durable.</param>
    internal sealed record Record(HubEvent Happened, string? ReceiptKey, TaskCompletionSource<long> Caller) : Submission
    {
        /// <summary>Its sequence number, once it has one.</summary>
        public long Seq { get; set; }

        public override void AddReceiptKeys(ref List<string>? keys)
        {
            if (ReceiptKey is not null)
            {
                (keys ??= []).Add(ReceiptKey);
            }
        }

        public override void Answer() => Caller.TrySetResult(Seq);

        public override void Refuse(string why) => Caller.TrySetException(new IOException(why));
    }

    /// <summary>What a session's owner is asked, behind everything that was submitted before but large batches.</summary>
    /// <param name="SessionId">Whose owner; null for every owner of a live session.</param>
    /// <param name="Name">What, such as <c>send_message</c>.</param>
    /// <param name="Payload">The fields, UTF-8 JSON.</param>
    /// <param name="Projects">Only a session of these projects may be meant; null for all.</param>
    /// <param name="Caller">Answered after it was handed over, or was not; null where it goes with something that is answered for itself.</param>
    internal sealed record Word(
        string? SessionId, string Name, ReadOnlyMemory<byte> Payload,
        IReadOnlySet<string>? Projects = null, TaskCompletionSource<Outcome>? Caller = null) : Submission
    {
        /// <summary>What became of it; null while it was neither refused nor told.</summary>
        public Outcome? Outcome { get; set; }

        public override void Answer() => Caller?.TrySetResult(Outcome ?? new Outcome.Refused(ErrorCodes.Unavailable, "it could not be told"));

        public override void Refuse(string why) => Caller?.TrySetResult(new Outcome.Refused(ErrorCodes.Unavailable, why));
    }

    /// <summary>An owner's connection is there, or is not.</summary>
    /// <param name="SessionId">Of which session.</param>
    /// <param name="Owner">Whose.</param>
    /// <param name="Connected">Null for given up, false for lost.</param>
    /// <param name="Began">Called once it owns the session; null for nobody.</param>
    /// <param name="Caller">Answered after it is durable, with null, or with why it is not.</param>
    internal sealed record Ownership(
        string SessionId, Owner Owner, bool? Connected, Action? Began, TaskCompletionSource<Outcome.Refused?> Caller) : Submission
    {
        /// <summary>Why nothing came of it; null while that is not so.</summary>
        public Outcome.Refused? Refused { get; set; }

        public override void Answer() => Caller.TrySetResult(Refused);

        public override void Refuse(string why) => Caller.TrySetResult(new Outcome.Refused(ErrorCodes.Unavailable, why));
    }

    /// <summary>The clock: somebody's time may have come.</summary>
    /// <param name="Rang">When; whoever was heard later waits behind it.</param>
    internal sealed record Tick(DateTimeOffset Rang) : Submission
    {
        public override bool IsHeard => false;
    }
}
