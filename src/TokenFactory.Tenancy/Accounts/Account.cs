namespace TokenFactory.Tenancy.Accounts;

/// <summary>Somebody who signs in to the console. What verifies passwords and locks accounts changes it in place and saves it whole.</summary>
public sealed class Account
{
    public Guid Id { get; set; } = Guid.NewGuid();

    /// <summary>The name to sign in by, as it was given.</summary>
    public string Name { get; set; } = "";

    /// <summary>The name as it is compared: unique.</summary>
    public string NormalizedName { get; set; } = "";

    public ConsoleRole Role { get; set; }

    /// <summary>Null: no password opens it, only an identity provider.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>Whether the password was given by somebody else and has to be replaced at the next sign-in.</summary>
    public bool MustChangePassword { get; set; }

    /// <summary>Changes with everything that ends sessions: password, role, disabling.</summary>
    public string SecurityStamp { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>Changes with every save; a save that read an older one fails.</summary>
    public string ConcurrencyStamp { get; set; } = "";

    /// <summary>Wrong passwords since the last right one.</summary>
    public int FailedAttempts { get; set; }

    /// <summary>Until when no password opens it; null: it is not locked.</summary>
    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>Whether an administrator closed it.</summary>
    public bool IsDisabled { get; set; }

    /// <summary>The identity provider that vouches for it; null: none.</summary>
    public string? LoginProvider { get; set; }

    /// <summary>The provider's own name for it; unique with the provider.</summary>
    public string? LoginKey { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Null: never yet.</summary>
    public DateTimeOffset? LastSignInAt { get; set; }
}
