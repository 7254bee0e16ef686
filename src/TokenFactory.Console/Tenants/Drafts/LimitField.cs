using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Web.Tenants.Drafts;

/// <summary>A limit of a plan, a tenant or a key as people see it.</summary>
/// <param name="Name">Which.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="Help">What it counts.</param>
/// <param name="Read">Takes it out of limits.</param>
/// <param name="Write">Puts it into limits.</param>
public sealed record LimitField(LimitName Name, string Label, string Help, Func<PlanLimits, Limit?> Read, Func<PlanLimits, Limit?, PlanLimits> Write)
{
    public static IReadOnlyList<LimitField> All { get; } =
    [
        new(LimitName.RequestsPerMinute, "Requests a minute", "A bucket of this size that refills continuously.", all => all.RequestsPerMinute, (all, one) => all with { RequestsPerMinute = one }),
        new(LimitName.TokensPerMinute, "Tokens a minute", "Prompt and generated tokens: a bucket of this size that refills continuously.", all => all.TokensPerMinute, (all, one) => all with { TokensPerMinute = one }),
        new(LimitName.TokensPerDay, "Tokens a day", "A calendar day in the tenant's time zone.", all => all.TokensPerDay, (all, one) => all with { TokensPerDay = one }),
        new(LimitName.TokensPerWeek, "Tokens a week", "A calendar week in the tenant's time zone, from Monday.", all => all.TokensPerWeek, (all, one) => all with { TokensPerWeek = one }),
        new(LimitName.TokensPerMonth, "Tokens a month", "A calendar month in the tenant's time zone.", all => all.TokensPerMonth, (all, one) => all with { TokensPerMonth = one }),
        new(LimitName.ConcurrentRequests, "Requests at once", "Requests under way at once, waiting ones among them.", all => all.ConcurrentRequests, (all, one) => all with { ConcurrentRequests = one }),
        new(LimitName.QueuedRequests, "Waiting requests", "Requests that wait for their first step at once.", all => all.QueuedRequests, (all, one) => all with { QueuedRequests = one }),
    ];

    /// <summary>The field's name where a refusal names it.</summary>
    public string Wire => $"limits.{Name}";

    /// <summary>A limit's name for people.</summary>
    public static string LabelOf(LimitName name) => All.FirstOrDefault(field => field.Name == name)?.Label ?? "Uses of a feature";
}
