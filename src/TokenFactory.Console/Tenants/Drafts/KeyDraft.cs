using System.Globalization;
using TokenFactory.Tenancy.Accounts;
using TokenFactory.Tenancy.Keys;
using TokenFactory.Tenancy.Plans;

namespace TokenFactory.Web.Tenants.Drafts;

/// <summary>A new key as it is typed.</summary>
public sealed class KeyDraft
{
    /// <summary>The scope of an administrator's key.</summary>
    public const string Administrator = "administrator";

    /// <summary>A tenant's id, or <see cref="Administrator"/>; empty where none is chosen yet.</summary>
    public string Scope { get; set; } = "";

    /// <summary>The role of an administrator's key, by its name.</summary>
    public string Role { get; set; } = ConsoleRoles.NameOf(ConsoleRole.Admin);

    public string Name { get; set; } = "";

    /// <summary>In UTC, as a browser's field for date and time has it; empty for never.</summary>
    public string ExpiresAt { get; set; } = "";

    /// <summary>Names separated by commas; empty for the plan's.</summary>
    public string Models { get; set; } = "";

    public LimitDraft Limits { get; } = new(PlanLimits.None);

    /// <summary>Reads it; what cannot be read is added to the problems.</summary>
    public ApiKey Read(FormProblems problems)
    {
        bool isTenants = Guid.TryParse(Scope, out Guid tenant);
        if (!isTenants && Scope != Administrator)
        {
            problems.Add("tenant", "Choose whose key it is.");
        }
        DateTimeOffset? expires = null;
        if (ExpiresAt.Length > 0)
        {
            if (DateTime.TryParse(ExpiresAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime at))
            {
                expires = new DateTimeOffset(at, TimeSpan.Zero);
            }
            else
            {
                problems.Add("expires_at", "This is no date and time; write it as yyyy-MM-ddTHH:mm, in UTC, or leave it empty.");
            }
        }
        return new ApiKey(default, isTenants ? tenant : null, Name.Trim(), "", [], default, expires, null, Numbers.Names(Models), Limits.Read(problems), null, null, isTenants ? null : ConsoleRoles.ByName[Role]);
    }
}
