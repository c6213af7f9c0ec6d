using Rollcall.Client;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Defects;

/// <summary>A client of a real hub, and what it hears.</summary>
internal static class Hearing
{
    public static Task<RollcallConnection> Connect(this TestHub hub, string? key = null) =>
        RollcallConnection.Connect(new ConnectionOptions { Hub = hub.Address, Key = key }, TestContext.Current.CancellationToken);

    public static async Task<TopicSubscription> Watch(this RollcallConnection connection, string topic, bool asOwner = false)
    {
        var subscription = connection.Join(topic, new JoinOptions { AsOwner = asOwner });
        await subscription.Joined.WaitAsync(TestContext.Current.CancellationToken);
        return subscription;
    }

    /// <summary>Everything up to the first such event, which is the last.</summary>
    public static async Task<IReadOnlyList<HubEvent>> Until<T>(this TopicSubscription subscription, Func<T, bool>? wanted = null)
        where T : HubEvent
    {
        List<HubEvent> heard = [];
        await foreach (var message in subscription.Messages(Patience()))
        {
            Assert.IsNotType<TopicMessage.Unknown>(message);
            if (message is TopicMessage.Event { Happened: var happened })
            {
                heard.Add(happened);
                if (happened is T it && (wanted is null || wanted(it)))
                {
                    return heard;
                }
            }
        }

        throw new InvalidOperationException($"{subscription.Topic} ended");
    }

    /// <summary>The first such event that is still to be heard.</summary>
    public static async Task<T> Next<T>(this TopicSubscription subscription, Func<T, bool>? wanted = null)
        where T : HubEvent => (T)(await subscription.Until(wanted))[^1];

    /// <summary>Waits until something is so, for a bounded time.</summary>
    public static async Task Eventually(Func<Task<bool>> so)
    {
        for (var patience = Patience(); !await so();)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience);
        }
    }

    private static CancellationToken Patience()
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        return patience.Token;
    }
}
