using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>Adds reported usage to what a session used. Pure; money is rounded to the micro-dollar.</summary>
internal static class Spending
{
    public static Usage Add(Usage usage, ReportUsage report)
    {
        var sum = usage with
        {
            InputTokens = usage.InputTokens + (report.InputTokens ?? 0),
            OutputTokens = usage.OutputTokens + (report.OutputTokens ?? 0),
            CacheReadTokens = usage.CacheReadTokens + (report.CacheReadTokens ?? 0),
            CacheWriteTokens = usage.CacheWriteTokens + (report.CacheWriteTokens ?? 0),
        };
        if (report.CostUsd is { } cost)
        {
            var pricedBefore = usage.CostSource != CostSource.Unknown || usage.TotalTokens == 0;
            return sum with
            {
                CostUsd = (usage.CostUsd ?? 0) + decimal.Round(cost, 6),
                CostSource = pricedBefore && usage.CostSource is CostSource.Unknown or CostSource.Reported
                    ? CostSource.Reported
                    : CostSource.Mixed,
            };
        }

        var tokensUnpriced = sum.TotalTokens > usage.TotalTokens;
        return tokensUnpriced && usage.CostSource != CostSource.Unknown ? sum with { CostSource = CostSource.Mixed } : sum;
    }
}
