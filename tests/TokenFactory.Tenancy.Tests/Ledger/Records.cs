using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Tenancy.Tests.Ledger;

/// <summary>Ledger rows with telling numbers.</summary>
internal static class Records
{
    public static readonly Guid Tenant = Guid.Parse("00000000-0000-0000-0000-0000000000a1");
    public static readonly Guid Key = Guid.Parse("00000000-0000-0000-0000-0000000000b1");

    public static UsageRecord Of(string id, DateTimeOffset endedAt, long generated = 7, string? feature = null, Guid? tenant = null, Guid? key = null) => new()
    {
        IdempotencyKey = id,
        RequestId = $"req-{id}",
        TenantId = tenant ?? Tenant,
        Tenant = "lab",
        KeyId = key ?? Key,
        Model = "demo",
        Device = "cpu:0",
        Lane = "interactive",
        Feature = feature,
        PromptTokens = 10,
        CachedTokens = 4,
        GeneratedTokens = generated,
        QueueTime = TimeSpan.FromMilliseconds(3),
        ComputeTime = TimeSpan.FromMilliseconds(250),
        Joules = 1.5,
        Outcome = "stop",
        ArrivedAt = endedAt - TimeSpan.FromMilliseconds(253),
        EndedAt = endedAt,
    };
}

/// <summary>A request under way whose usage a test sets.</summary>
internal sealed class Running : IRunningUsage
{
    public UsageRecord? Now { get; set; }

    public UsageRecord? Snapshot() => Now;
}
