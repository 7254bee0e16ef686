using TokenFactory.Tenancy.Ledger;

namespace TokenFactory.Tenancy.Data.Rows;

/// <summary>What a ledger row and a checkpoint have in common.</summary>
internal abstract class UsageColumns
{
    public string IdempotencyKey { get; set; } = "";

    public string RequestId { get; set; } = "";

    public Guid TenantId { get; set; }

    public string Tenant { get; set; } = "";

    public Guid KeyId { get; set; }

    public string Model { get; set; } = "";

    public string Device { get; set; } = "";

    public string Lane { get; set; } = "";

    public string? Feature { get; set; }

    public long PromptTokens { get; set; }

    public long CachedTokens { get; set; }

    public long GeneratedTokens { get; set; }

    public long QueueTicks { get; set; }

    public long ComputeTicks { get; set; }

    public double? Joules { get; set; }

    public string Outcome { get; set; } = "";

    public DateTimeOffset ArrivedAt { get; set; }

    public DateTimeOffset EndedAt { get; set; }

    public void Take(UsageRecord record)
    {
        IdempotencyKey = record.IdempotencyKey;
        RequestId = record.RequestId;
        TenantId = record.TenantId;
        Tenant = record.Tenant;
        KeyId = record.KeyId;
        Model = record.Model;
        Device = record.Device;
        Lane = record.Lane;
        Feature = record.Feature;
        PromptTokens = record.PromptTokens;
        CachedTokens = record.CachedTokens;
        GeneratedTokens = record.GeneratedTokens;
        QueueTicks = record.QueueTime.Ticks;
        ComputeTicks = record.ComputeTime.Ticks;
        Joules = record.Joules;
        Outcome = record.Outcome;
        ArrivedAt = record.ArrivedAt.ToUniversalTime();
        EndedAt = record.EndedAt.ToUniversalTime();
    }

    public UsageRecord ToRecord() => new()
    {
        IdempotencyKey = IdempotencyKey,
        RequestId = RequestId,
        TenantId = TenantId,
        Tenant = Tenant,
        KeyId = KeyId,
        Model = Model,
        Device = Device,
        Lane = Lane,
        Feature = Feature,
        PromptTokens = PromptTokens,
        CachedTokens = CachedTokens,
        GeneratedTokens = GeneratedTokens,
        QueueTime = new TimeSpan(QueueTicks),
        ComputeTime = new TimeSpan(ComputeTicks),
        Joules = Joules,
        Outcome = Outcome,
        ArrivedAt = ArrivedAt,
        EndedAt = EndedAt,
    };
}
