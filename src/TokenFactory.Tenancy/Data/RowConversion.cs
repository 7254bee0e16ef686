using System.Text.Json;
using System.Text.Json.Serialization;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Data.Rows;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Tenants;

namespace TokenFactory.Tenancy.Data;

/// <summary>Rows to records and back.</summary>
internal static class RowConversion
{
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string ToJson<T>(T value) => JsonSerializer.Serialize(value, Json);

    public static Plan ToPlan(this PlanRow row) => new(
        row.Id, row.Name, FromJson<PlanLimits>(row.Limits), FromJson<FeatureLimit[]>(row.Features), row.Models is null ? null : FromJson<string[]>(row.Models),
        (LaneRights)row.Lanes, row.Weight, row.MaxTokensPerRequest, row.Version);

    public static void Take(this PlanRow row, Plan plan)
    {
        row.Name = plan.Name;
        row.Limits = ToJson(plan.Limits);
        row.Features = ToJson(plan.Features);
        row.Models = plan.Models is null ? null : ToJson(plan.Models);
        row.Lanes = (int)plan.Lanes;
        row.Weight = plan.Weight;
        row.MaxTokensPerRequest = plan.MaxTokensPerRequest;
        row.Version = plan.Version;
    }

    public static Tenant ToTenant(this TenantRow row) => new(
        row.Id, row.Name, row.DisplayName, row.TimeZone, row.PlanId, row.Weight, (LaneRights?)row.Lanes, FromJson<PlanLimits>(row.Overrides), (TenantState)row.State);

    public static void Take(this TenantRow row, Tenant tenant)
    {
        row.Name = tenant.Name;
        row.DisplayName = tenant.DisplayName;
        row.TimeZone = tenant.TimeZone;
        row.PlanId = tenant.PlanId;
        row.Weight = tenant.Weight;
        row.Lanes = (int?)tenant.Lanes;
        row.Overrides = ToJson(tenant.Overrides);
        row.State = (int)tenant.State;
    }

    public static ApiKey ToKey(this KeyRow row) => new(
        row.Id, row.TenantId, row.Name, row.Prefix, row.Hash, row.CreatedAt, row.ExpiresAt, row.RevokedAt,
        row.Models is null ? null : FromJson<string[]>(row.Models), FromJson<PlanLimits>(row.Limits), row.RotatedFrom, row.LastUsedAt,
        (ConsoleRole?)row.Role);

    public static void Take(this KeyRow row, ApiKey key)
    {
        row.TenantId = key.TenantId;
        row.Name = key.Name;
        row.Prefix = key.Prefix;
        row.Hash = [.. key.Hash];
        row.CreatedAt = key.CreatedAt;
        row.ExpiresAt = key.ExpiresAt;
        row.RevokedAt = key.RevokedAt;
        row.Models = key.Models is null ? null : ToJson(key.Models);
        row.Limits = ToJson(key.Limits);
        row.RotatedFrom = key.RotatedFrom;
        row.LastUsedAt = key.LastUsedAt;
        row.Role = (int?)key.Role;
    }

    private static T FromJson<T>(string json) => JsonSerializer.Deserialize<T>(json, Json)!;
}
