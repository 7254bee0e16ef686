using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Web.Tests.Usages;

/// <summary>Rows of the ledger with telling numbers: 10 prompt tokens, 4 of them cached, and 7 generated.</summary>
internal static class LedgerRows
{
    public static readonly Guid Tenant = Guid.Parse("00000000-0000-0000-0000-0000000000a1");
    public static readonly Guid Key = Guid.Parse("00000000-0000-0000-0000-0000000000b1");

    public static UsageRecord Of(string id, DateTimeOffset endedAt, string model = "demo", string lane = "interactive", double? joules = null, Guid? key = null) => new()
    {
        IdempotencyKey = id,
        RequestId = $"req-{id}",
        TenantId = Tenant,
        Tenant = "lab",
        KeyId = key ?? Key,
        Model = model,
        Device = "cpu:0",
        Lane = lane,
        PromptTokens = 10,
        CachedTokens = 4,
        GeneratedTokens = 7,
        Joules = joules,
        Outcome = "stop",
        ArrivedAt = endedAt,
        EndedAt = endedAt,
    };
}
