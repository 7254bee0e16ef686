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
}

/// <summary>An OpenID Connect provider that vouches for accounts. Register <c>/signin/oidc</c> there as the redirect address.</summary>
public sealed class OpenIdOptions
{
    /// <summary>The provider's address, under which <c>.well-known/openid-configuration</c> lies.</summary>
    public string? Authority { get; set; }

    public string? ClientId { get; set; }

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
}
