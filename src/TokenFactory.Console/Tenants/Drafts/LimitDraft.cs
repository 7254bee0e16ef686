using System.Globalization;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tenancy.Quotas;

namespace TokenFactory.Web.Tenants.Drafts;

/// <summary>Limits as they are typed; an empty amount is no limit.</summary>
public sealed class LimitDraft
{
    private readonly Dictionary<LimitName, LimitEntry> _entries;

    public LimitDraft(PlanLimits limits) =>
        _entries = LimitField.All.ToDictionary(field => field.Name, field => new LimitEntry(field.Read(limits)));

    public LimitEntry this[LimitName name] => _entries[name];

    /// <summary>Reads them; what cannot be read is added to the problems.</summary>
    public PlanLimits Read(FormProblems problems)
    {
        PlanLimits limits = PlanLimits.None;
        foreach (LimitField field in LimitField.All)
        {
            LimitEntry entry = _entries[field.Name];
            if (Numbers.Whole(entry.Amount, field.Wire, problems) is { } amount)
            {
                limits = field.Write(limits, new Limit(amount, entry.IsShadow));
            }
        }
        return limits;
    }
}

/// <summary>One limit as it is typed.</summary>
public sealed class LimitEntry(Limit? limit)
{
    public string Amount { get; set; } = limit?.Amount.ToString(CultureInfo.InvariantCulture) ?? "";

    public bool IsShadow { get; set; } = limit?.IsShadow ?? false;
}
