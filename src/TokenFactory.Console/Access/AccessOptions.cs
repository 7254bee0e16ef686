using TokenFactory.Tenancy.Accounts;

namespace TokenFactory.Web.Access;

/// <summary>The section <c>TokenFactory:SignIn</c>: who gets in, and by what.</summary>
public sealed class AccessOptions
{
    public const string Section = "TokenFactory:SignIn";

    /// <summary>The password of the account <c>admin</c> that the first start makes; null: one is made, printed once, and has to be replaced.</summary>
    public string? AdminPassword { get; set; }

    /// <summary>How long a session without a visit lasts.</summary>
    public TimeSpan Session { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Wrong passwords after which an account is locked.</summary>
    public int LockoutAttempts { get; set; } = 5;

    /// <summary>How long it is locked.</summary>
    public TimeSpan LockoutTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>An identity provider; none where its authority is absent.</summary>
    public OpenIdOptions OpenIdConnect { get; } = new();

    /// <summary>What makes no sense, each in words that name the key.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (Session < TimeSpan.FromMinutes(1))
        {
            yield return $"{Section}:{nameof(Session)} is {Session}; it must be at least 1 minute.";
        }
        if (LockoutAttempts < 1)
        {
            yield return $"{Section}:{nameof(LockoutAttempts)} is {LockoutAttempts}; it must be at least 1.";
        }
        if (LockoutTime <= TimeSpan.Zero)
        {
            yield return $"{Section}:{nameof(LockoutTime)} is {LockoutTime}; it must be more than nothing, for instance 00:05:00.";
        }
        foreach (string problem in OpenIdConnect.FindProblems())
        {
            yield return problem;
        }
    }
}

/// <summary>An OpenID Connect provider that vouches for accounts. Register <c>/signin/oidc</c> there as the redirect address.</summary>
public sealed class OpenIdOptions
{
    /// <summary>The provider's address, under which <c>.well-known/openid-configuration</c> lies.</summary>
    public string? Authority { get; set; }

    /// <summary>The name under which the provider knows this console.</summary>
    public string? ClientId { get; set; }

    /// <summary>The secret that goes with it, where the provider gave one.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>What the button says.</summary>
    public string Title { get; set; } = "single sign-on";

    /// <summary>The claim whose values name roles or groups.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>Role by value of the claim: <c>{"ml-platform": "operator"}</c>. The four roles' own names need no entry.</summary>
    public IDictionary<string, string> Roles { get; } = new Dictionary<string, string>();

    /// <summary>The role of whoever has none of those; null: they are turned away.</summary>
    public string? DefaultRole { get; set; }

    public bool IsConfigured => !string.IsNullOrEmpty(Authority);

    /// <summary>What makes no sense, each in words that name the key; nothing where no provider is named.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (!IsConfigured)
        {
            yield break;
        }
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out _) || string.IsNullOrEmpty(ClientId))
        {
            yield return $"{AccessOptions.Section}:OpenIdConnect needs Authority, an address such as https://id.example.org, and ClientId.";
        }
        foreach (string unknown in Roles.Values.Append(DefaultRole).OfType<string>().Where(name => !ConsoleRoles.ByName.ContainsKey(name)))
        {
            yield return $"{AccessOptions.Section}:OpenIdConnect names the role {unknown}; it must be one of {string.Join(", ", ConsoleRoles.ByName.Keys)}.";
        }
    }
}
