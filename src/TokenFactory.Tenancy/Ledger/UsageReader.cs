using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>Which usage.</summary>
/// <param name="From">First instant.</param>
/// <param name="To">First instant after it.</param>
/// <param name="TenantId">One tenant; null: all.</param>
/// <param name="KeyId">One key; null: all.</param>
/// <param name="Model">One model; null: all.</param>
/// <param name="Lane">One lane; null: all.</param>
public sealed record UsageQuery(
    DateTimeOffset From, DateTimeOffset To, Guid? TenantId = null, Guid? KeyId = null, string? Model = null, string? Lane = null);

/// <summary>Usage that is alike, in one period.</summary>
/// <param name="Start">When the period begins.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="KeyId">The key.</param>
/// <param name="Model">The model.</param>
/// <param name="Lane">The lane.</param>
/// <param name="Feature">The feature; null for none.</param>
/// <param name="Requests">Requests that ended.</param>
/// <param name="PromptTokens">Their prompt tokens.</param>
/// <param name="CachedTokens">Those from the cache.</param>
/// <param name="GeneratedTokens">Their generated tokens.</param>
/// <param name="QueueTime">Their time in the queue.</param>
/// <param name="ComputeTime">Their time in the engine.</param>
/// <param name="Joules">The energy of those of which it is known; null where it is known of none.</param>
public sealed record UsageSum(
    DateTimeOffset Start, Guid TenantId, Guid KeyId, string Model, string Lane, string? Feature, long Requests,
    long PromptTokens, long CachedTokens, long GeneratedTokens, TimeSpan QueueTime, TimeSpan ComputeTime, double? Joules);

/// <summary>Tokens and requests of a key and feature over a span of time.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="Feature">The feature; empty for none.</param>
/// <param name="Requests">Requests that ended.</param>
/// <param name="Tokens">Prompt and generated tokens.</param>
public sealed record KeyUsage(Guid KeyId, string Feature, long Requests, long Tokens);

/// <summary>What everybody together used.</summary>
/// <param name="Requests">Requests that ended.</param>
/// <param name="PromptTokens">Their prompt tokens.</param>
/// <param name="CachedTokens">Those of them that came from the cache.</param>
/// <param name="GeneratedTokens">Their generated tokens.</param>
public sealed record UsageTotal(long Requests, long PromptTokens, long CachedTokens, long GeneratedTokens);

/// <summary>Answers what was used.</summary>
public sealed class UsageReader(TenancyDatabase database)
{
    private static readonly UsageTotal Nothing = new(0, 0, 0, 0);

    /// <summary>Sums by period, oldest first. Periods are those of UTC.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    public Task<IReadOnlyList<UsageSum>> ReadAsync(UsageQuery query, UsagePeriod period, CancellationToken cancellation = default) =>
        DatabaseUnavailableException.ExplainAsync<IReadOnlyList<UsageSum>>(async () =>
        {
            await using TenancyDbContext context = database.Open();
            List<RollUpRow> rows = await Sums(context, query, period)
                .OrderBy(sum => sum.Start).ThenBy(sum => sum.TenantId).ThenBy(sum => sum.Model).ToListAsync(cancellation);
            return [.. rows.Select(ToSum)];
        });

    /// <summary>Hands every sum of a query to <paramref name="take"/>, oldest first, without holding them all.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read; what was handed over before is not the whole.</exception>
    public Task FoldAsync(UsageQuery query, UsagePeriod period, Action<UsageSum> take, CancellationToken cancellation = default) =>
        DatabaseUnavailableException.ExplainAsync(async () =>
        {
            await using TenancyDbContext context = database.Open();
            await foreach (RollUpRow row in Sums(context, query, period).OrderBy(sum => sum.Start).AsAsyncEnumerable().WithCancellation(cancellation))
            {
                take(ToSum(row));
            }
        });

    /// <summary>The beginning of the first day of UTC with usage that a query finds, whenever it was up to its end; null where there is none.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    public Task<DateTimeOffset?> FirstDayAsync(UsageQuery query, CancellationToken cancellation = default) =>
        DatabaseUnavailableException.ExplainAsync(async () =>
        {
            await using TenancyDbContext context = database.Open();
            RollUpRow? first = await Sums(context, query with { From = DateTimeOffset.MinValue }, UsagePeriod.Day)
                .OrderBy(sum => sum.Start).FirstOrDefaultAsync(cancellation);
            return first?.Start;
        });

    /// <summary>
    /// Everybody's usage since an instant: whole days of UTC from their sums, what lies before the first of them from the hours' sums, and
    /// before the first whole hour from the rows.
    /// </summary>
    public async Task<UsageTotal> TotalSinceAsync(DateTimeOffset from, CancellationToken cancellation = default)
    {
        await using TenancyDbContext context = database.Open();
        DateTimeOffset firstHour = FirstWhole(UsagePeriod.Hour, from);
        DateTimeOffset firstDay = FirstWhole(UsagePeriod.Day, from);
        UsageTotal[] parts =
        [
            await SumAsync(context, UsagePeriod.Day, firstDay, DateTimeOffset.MaxValue, cancellation),
            firstHour < firstDay ? await SumAsync(context, UsagePeriod.Hour, firstHour, firstDay, cancellation) : Nothing,
            from < firstHour ? await SumRowsAsync(context, from, firstHour, cancellation) : Nothing,
        ];
        return new UsageTotal(
            parts.Sum(part => part.Requests), parts.Sum(part => part.PromptTokens), parts.Sum(part => part.CachedTokens), parts.Sum(part => part.GeneratedTokens));
    }

    /// <summary>A tenant's usage between any two instants, exactly: whole hours from their sums, the edges from the rows.</summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    public Task<IReadOnlyList<KeyUsage>> TotalAsync(Guid tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation = default) =>
        DatabaseUnavailableException.ExplainAsync(() => AddUpAsync(tenant, from, to, cancellation));

    private async Task<IReadOnlyList<KeyUsage>> AddUpAsync(Guid tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        await using TenancyDbContext context = database.Open();
        DateTimeOffset firstHour = UsagePeriod.Hour.StartOf(from) is { } hour && hour < from ? hour.AddHours(1) : from;
        DateTimeOffset lastHour = UsagePeriod.Hour.StartOf(to);
        List<KeyUsage> parts = [];
        if (firstHour >= lastHour)
        {
            parts.AddRange(await RowsAsync(context, tenant, from, to, cancellation));
        }
        else
        {
            parts.AddRange(await RowsAsync(context, tenant, from, firstHour, cancellation));
            parts.AddRange(await HoursAsync(context, tenant, firstHour, lastHour, cancellation));
            parts.AddRange(await RowsAsync(context, tenant, lastHour, to, cancellation));
        }
        return [.. parts.GroupBy(part => (part.KeyId, part.Feature))
            .Select(group => new KeyUsage(group.Key.KeyId, group.Key.Feature, group.Sum(part => part.Requests), group.Sum(part => part.Tokens)))];
    }

    private static IQueryable<RollUpRow> Sums(TenancyDbContext context, UsageQuery query, UsagePeriod period)
    {
        DateTimeOffset from = period.StartOf(query.From);
        IQueryable<RollUpRow> sums = context.RollUps.AsNoTracking().Where(sum => sum.Period == period && sum.Start >= from && sum.Start < query.To);
        sums = query.TenantId is { } tenant ? sums.Where(sum => sum.TenantId == tenant) : sums;
        sums = query.KeyId is { } key ? sums.Where(sum => sum.KeyId == key) : sums;
        sums = query.Model is { } model ? sums.Where(sum => sum.Model == model) : sums;
        return query.Lane is { } lane ? sums.Where(sum => sum.Lane == lane) : sums;
    }

    private static DateTimeOffset FirstWhole(UsagePeriod period, DateTimeOffset from)
    {
        DateTimeOffset start = period.StartOf(from);
        return start == from ? from : period == UsagePeriod.Hour ? start.AddHours(1) : start.AddDays(1);
    }

    private static async Task<UsageTotal> SumAsync(
        TenancyDbContext context, UsagePeriod period, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
        await context.RollUps.Where(sum => sum.Period == period && sum.Start >= from && sum.Start < to)
            .GroupBy(_ => 1)
            .Select(all => new UsageTotal(
                all.Sum(sum => sum.Requests), all.Sum(sum => sum.PromptTokens), all.Sum(sum => sum.CachedTokens), all.Sum(sum => sum.GeneratedTokens)))
            .FirstOrDefaultAsync(cancellation) ?? Nothing;

    private static async Task<UsageTotal> SumRowsAsync(TenancyDbContext context, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
        await context.Usage.Where(row => row.EndedAt >= from && row.EndedAt < to)
            .GroupBy(_ => 1)
            .Select(all => new UsageTotal(
                all.LongCount(), all.Sum(row => row.PromptTokens), all.Sum(row => row.CachedTokens), all.Sum(row => row.GeneratedTokens)))
            .FirstOrDefaultAsync(cancellation) ?? Nothing;

    private static async Task<List<KeyUsage>> HoursAsync(
        TenancyDbContext context, Guid tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
        await context.RollUps.Where(sum => sum.Period == UsagePeriod.Hour && sum.TenantId == tenant && sum.Start >= from && sum.Start < to)
            .GroupBy(sum => new { sum.KeyId, sum.Feature })
            .Select(all => new KeyUsage(all.Key.KeyId, all.Key.Feature, all.Sum(sum => sum.Requests), all.Sum(sum => sum.PromptTokens + sum.GeneratedTokens)))
            .ToListAsync(cancellation);

    private static async Task<List<KeyUsage>> RowsAsync(
        TenancyDbContext context, Guid tenant, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
        from >= to ? [] : await context.Usage.Where(row => row.TenantId == tenant && row.EndedAt >= from && row.EndedAt < to)
            .GroupBy(row => new { row.KeyId, Feature = row.Feature ?? "" })
            .Select(all => new KeyUsage(all.Key.KeyId, all.Key.Feature, all.LongCount(), all.Sum(row => row.PromptTokens + row.GeneratedTokens)))
            .ToListAsync(cancellation);

    private static UsageSum ToSum(RollUpRow row) => new(
        row.Start, row.TenantId, row.KeyId, row.Model, row.Lane, row.Feature.Length == 0 ? null : row.Feature, row.Requests,
        row.PromptTokens, row.CachedTokens, row.GeneratedTokens, new TimeSpan(row.QueueTicks), new TimeSpan(row.ComputeTicks), row.Joules > 0 ? row.Joules : null);
}
