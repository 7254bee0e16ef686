using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TokenFactory.Tenancy.Ledger;
using TokenFactory.Tenancy.Prices;

namespace TokenFactory.Screenshots;

/// <summary>Plans, tenants, keys and prices through the administration, and five weeks of usage through the ledger's own writer.</summary>
internal static class History
{
    private const int Days = 35;
    private const int RequestsPerDay = 240;

    /// <summary>The text of each tenant's key.</summary>
    public static Dictionary<string, string> Keys { get; } = [];

    public static async Task WriteAsync(Factory factory)
    {
        await factory.MakeAsync("plans", new
        {
            name = "business",
            weight = 4,
            limits = new { requests_per_minute = 1200, tokens_per_day = 4_000_000, tokens_per_month = 90_000_000, concurrent_requests = 64 },
            features = new[] { new { feature = "deep-research", uses = 100, window = "month" } },
        });
        await factory.MakeAsync("plans", new { name = "agents", weight = 2, limits = new { tokens_per_minute = 400_000, tokens_per_week = 20_000_000 }, lanes = new[] { "agentic", "interactive" } });
        await factory.MakeAsync("plans", new { name = "batch", weight = 1, limits = new { tokens_per_month = 40_000_000 }, lanes = new[] { "batch" } });
        await factory.MakeAsync("plans", new { name = "small", limits = new { requests_per_minute = 60, tokens_per_month = new { amount = 1_000_000, shadow = true } } });
        Dictionary<string, (Guid Tenant, Guid Key)> ids = [];
        foreach (StageTenant tenant in StageTenant.All)
        {
            JsonElement made = await factory.MakeAsync("tenants", new { name = tenant.Name, plan = tenant.Plan, time_zone = "Europe/Berlin" });
            JsonElement key = await factory.MakeAsync("keys", new { tenant = tenant.Name, name = "production" });
            Keys[tenant.Name] = key.GetProperty("key").GetString()!;
            ids[tenant.Name] = (made.GetProperty("id").GetGuid(), key.GetProperty("id").GetGuid());
        }
        await factory.Services.GetRequiredService<PriceBook>().AddAsync("admin", new ModelPrice(Guid.Empty, ModelPrice.Any, new DateTimeOffset(DateTime.UtcNow.Date.AddDays(-Days), TimeSpan.Zero), "EUR", 0.40m, 0.10m, 1.60m));
        LedgerWriter ledger = factory.Services.GetRequiredService<LedgerWriter>();
        WriteUsage(ledger, ids);
        while (ledger.Pending > 0)
        {
            await Task.Delay(100);
        }
    }

    /// <summary>Working days are busier than weekends, and the afternoon than the night; the same numbers each time.</summary>
    private static void WriteUsage(LedgerWriter ledger, Dictionary<string, (Guid Tenant, Guid Key)> ids)
    {
        Random random = new(1);
        DateTimeOffset today = new(DateTime.UtcNow.Date, TimeSpan.Zero);
        for (int day = -Days; day < 0; day++)
        {
            DateTimeOffset start = today.AddDays(day);
            double busy = start.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.35 : 1;
            foreach (StageTenant tenant in StageTenant.All)
            {
                int requests = (int)(RequestsPerDay * busy * tenant.Share * (0.8 + (0.4 * random.NextDouble())));
                for (int i = 0; i < requests; i++)
                {
                    double hour = tenant.Lane == "batch" ? 6 * random.NextDouble() : 7 + (6 * random.NextDouble()) + (6 * random.NextDouble());
                    ledger.Record(Ended.Instance, RowOf($"{tenant.Name}-{day}-{i}", tenant, ids[tenant.Name], start.AddHours(hour), random));
                }
            }
        }
    }

    private static UsageRecord RowOf(string id, StageTenant tenant, (Guid Tenant, Guid Key) ids, DateTimeOffset at, Random random)
    {
        long prompt = 400 + (long)(3600 * Math.Pow(random.NextDouble(), 2));
        return new UsageRecord
        {
            IdempotencyKey = id,
            RequestId = $"req-{id}",
            TenantId = ids.Tenant,
            Tenant = tenant.Name,
            KeyId = ids.Key,
            Model = "demo",
            Device = "cpu:0",
            Lane = tenant.Lane,
            PromptTokens = prompt,
            CachedTokens = (long)(prompt * 0.6 * random.NextDouble()),
            GeneratedTokens = 60 + (long)(900 * Math.Pow(random.NextDouble(), 2)),
            QueueTime = TimeSpan.FromMilliseconds(400 * random.NextDouble()),
            ComputeTime = TimeSpan.FromSeconds(1 + (5 * random.NextDouble())),
            Outcome = random.Next(12) == 0 ? "length" : "stop",
            ArrivedAt = at,
            EndedAt = at.AddSeconds(4),
        };
    }

    /// <summary>A request that never ran in this process: there is nothing to checkpoint.</summary>
    private sealed class Ended : IRunningUsage
    {
        public static readonly Ended Instance = new();

        public UsageRecord? Snapshot() => null;
    }
}
