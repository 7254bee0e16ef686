using System.Globalization;
using Microsoft.EntityFrameworkCore;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Data.Rows;

namespace TokenFactory.Tenancy.Ledger;

/// <summary>Reads the whole ledger and checks every hash, every day's ends, and the sums against the rows.</summary>
public sealed class LedgerVerifier(TenancyDatabase database)
{
    private const int MostProblems = 20;

    private readonly List<string> _problems = [];

    /// <exception cref="DatabaseUnavailableException">The database cannot be read.</exception>
    public Task<LedgerReport> VerifyAsync(CancellationToken cancellation = default) => DatabaseUnavailableException.ExplainAsync(async () =>
    {
        _problems.Clear();
        await using TenancyDbContext context = database.Open();
        List<LedgerDayRow> days = await context.LedgerDays.AsNoTracking().OrderBy(day => day.Day).ToListAsync(cancellation);
        byte[] head = LedgerChain.Genesis;
        long rows = 0;
        foreach (LedgerDayRow day in days)
        {
            if (!day.Previous.AsSpan().SequenceEqual(head))
            {
                Say($"Day {day.Day} does not begin where the day before it ended: a day was removed or altered.");
            }
            rows += await VerifyDayAsync(context, day, cancellation);
            head = day.Head;
        }
        await FindStraysAsync(context, days, cancellation);
        await CompareSumsAsync(context, cancellation);
        return new LedgerReport(rows, days.Count, Convert.ToHexStringLower(head), [.. _problems]);
    });

    private async Task<long> VerifyDayAsync(TenancyDbContext context, LedgerDayRow day, CancellationToken cancellation)
    {
        byte[] previous = day.Previous;
        long count = 0;
        long expected = 1;
        IAsyncEnumerable<UsageRow> rows = context.Usage.AsNoTracking().Where(row => row.Day == day.Day).OrderBy(row => row.Position).AsAsyncEnumerable();
        await foreach (UsageRow row in rows.WithCancellation(cancellation))
        {
            count++;
            if (row.Position != expected)
            {
                Say($"Day {day.Day}: after row {expected - 1} comes row {row.Position}: rows were removed or put in.");
            }
            else if (!LedgerChain.HashOf(previous, row).AsSpan().SequenceEqual(row.Hash))
            {
                Say($"Day {day.Day}, row {row.Position} (request {row.RequestId}): the row or its hash was altered.");
            }
            expected = row.Position + 1;
            previous = row.Hash;
        }
        if (count != day.Rows || !previous.AsSpan().SequenceEqual(day.Head))
        {
            Say($"Day {day.Day} has {count} rows and should have {day.Rows}, or its last row is not the one that was written last.");
        }
        return count;
    }

    private async Task FindStraysAsync(TenancyDbContext context, List<LedgerDayRow> days, CancellationToken cancellation)
    {
        int[] known = [.. days.Select(day => day.Day)];
        foreach (int stray in await context.Usage.Select(row => row.Day).Distinct().Where(day => !known.Contains(day)).ToListAsync(cancellation))
        {
            Say($"Day {stray} has rows and no head: its head was removed, or the rows were put in.");
        }
    }

    private async Task CompareSumsAsync(TenancyDbContext context, CancellationToken cancellation)
    {
        var rows = await context.Usage.GroupBy(_ => 1)
            .Select(all => new { Requests = all.LongCount(), Prompt = all.Sum(row => row.PromptTokens), Generated = all.Sum(row => row.GeneratedTokens) })
            .FirstOrDefaultAsync(cancellation) ?? new { Requests = 0L, Prompt = 0L, Generated = 0L };
        foreach (UsagePeriod period in Enum.GetValues<UsagePeriod>())
        {
            var sums = await context.RollUps.Where(sum => sum.Period == period).GroupBy(_ => 1)
                .Select(all => new { Requests = all.Sum(row => row.Requests), Prompt = all.Sum(row => row.PromptTokens), Generated = all.Sum(row => row.GeneratedTokens) })
                .FirstOrDefaultAsync(cancellation) ?? new { Requests = 0L, Prompt = 0L, Generated = 0L };
            if (!rows.Equals(sums))
            {
                Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The sums by {period.ToString().ToLowerInvariant()} hold {sums.Requests} requests and {sums.Prompt + sums.Generated} tokens; the rows hold {rows.Requests} and {rows.Prompt + rows.Generated}. Make them again with 'ledger rebuild'."));
            }
        }
    }

    private void Say(FormattableString problem) => Say(FormattableString.Invariant(problem));

    private void Say(string problem)
    {
        if (_problems.Count < MostProblems)
        {
            _problems.Add(problem);
        }
    }
}
