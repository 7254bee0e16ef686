using System.Diagnostics;
using TokenFactory.Tenancy.Data;
using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Benchmarks.Measurements;

/// <summary>A million rows of a year, of twenty tenants: how long a tenant's monthly usage takes to answer from SQLite.</summary>
internal static class LedgerMeasurement
{
    private const int Rows = 1_000_000;
    private const int Batch = 10_000;
    private const int Tenants = 20;
    private const int Repeats = 50;
    private const double BoundMilliseconds = 50;

    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = Begin.AddYears(1);

    public static async Task<Measurement> RunAsync(string[] args)
    {
        await using ScratchTenancy tenancy = await ScratchTenancy.StartAsync();
        Stopwatch writing = Stopwatch.StartNew();
        await WriteAsync(tenancy.Get<LedgerWriter>());
        double written = writing.Elapsed.TotalSeconds;
        UsageReader reader = tenancy.Get<UsageReader>();
        double months = await MedianAsync(async i => (await reader.ReadAsync(new UsageQuery(Begin, End, TenantOf(i)), UsagePeriod.Month)).Count);
        double month = await MedianAsync(async i => (await reader.ReadAsync(new UsageQuery(Begin.AddMonths(i % 12), Begin.AddMonths((i % 12) + 1), TenantOf(i)), UsagePeriod.Month)).Count);
        double days = await MedianAsync(async i => (await reader.ReadAsync(new UsageQuery(Begin.AddMonths(5), Begin.AddMonths(6), TenantOf(i)), UsagePeriod.Day)).Count);
        double exact = await MedianAsync(async i =>
            (await reader.TotalAsync(TenantOf(i), Begin.AddMonths(5).AddMinutes(17), Begin.AddMonths(6).AddMinutes(-13))).Count);
        Stopwatch verifying = Stopwatch.StartNew();
        LedgerReport report = await new LedgerVerifier(tenancy.Get<TenancyDatabase>()).VerifyAsync();
        return new Measurement(
            Math.Max(Math.Max(months, month), exact) <= BoundMilliseconds && report.IsWhole && report.Rows == Rows,
            [
                ("rows", report.Rows, "rows"),
                ("monthly usage of a tenant over a year", months, "ms"),
                ("monthly usage of a tenant, one month", month, "ms"),
                ("daily usage of a tenant over a month", days, "ms"),
                ("a tenant's exact total between two instants a month apart", exact, "ms"),
                ("rows written a second", Rows / written, "1/s"),
                ("verifying all", verifying.Elapsed.TotalSeconds, "s"),
            ]);
    }

    private static async Task WriteAsync(LedgerWriter writer)
    {
        Random random = new(1);
        for (int i = 0; i < Rows; i += Batch)
        {
            for (int j = i; j < i + Batch; j++)
            {
                writer.Record(new Nothing(), RowOf(j, random));
            }
            if (!await writer.FlushAsync())
            {
                throw new InvalidOperationException(writer.Problem);
            }
        }
    }

    private static UsageRecord RowOf(int i, Random random)
    {
        int tenant = random.Next(Tenants);
        DateTimeOffset at = Begin + ((End - Begin) * (i / (double)Rows));
        return new UsageRecord
        {
            IdempotencyKey = $"chatcmpl-{i:x32}",
            RequestId = $"req_{i:x32}",
            TenantId = TenantOf(tenant),
            Tenant = $"tenant-{tenant}",
            KeyId = new Guid(2, (short)tenant, (short)random.Next(3), new byte[8]),
            Model = random.Next(2) == 0 ? "small" : "large",
            Device = "cpu:0",
            Lane = random.Next(3) == 0 ? "batch" : "interactive",
            PromptTokens = random.Next(1, 4000),
            GeneratedTokens = random.Next(1, 1000),
            QueueTime = TimeSpan.FromMilliseconds(random.Next(100)),
            ComputeTime = TimeSpan.FromMilliseconds(random.Next(10_000)),
            Outcome = "stop",
            ArrivedAt = at.AddSeconds(-5),
            EndedAt = at,
        };
    }

    private static Guid TenantOf(int i) => new(1, (short)(i % Tenants), 0, new byte[8]);

    private static async Task<double> MedianAsync(Func<int, Task<int>> query)
    {
        double[] milliseconds = new double[Repeats];
        for (int i = 0; i < Repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            if (await query(i) == 0)
            {
                throw new InvalidOperationException("the query found nothing");
            }
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(milliseconds);
        return milliseconds[Repeats / 2];
    }

    private sealed class Nothing : IRunningUsage
    {
        public UsageRecord? Snapshot() => null;
    }
}
