using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Access;

/// <summary>The product beside an identity provider that vouches for its visitors.</summary>
public sealed class ProviderHost : IAsyncLifetime
{
    internal IdentityProvider Provider { get; private set; } = null!;

    internal HostProcess Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Provider = await IdentityProvider.StartAsync();
        Host = await HostProcess.StartAsync(new Dictionary<string, string>
        {
            ["TokenFactory__SignIn__OpenIdConnect__Authority"] = Provider.Authority,
            ["TokenFactory__SignIn__OpenIdConnect__ClientId"] = IdentityProvider.ClientId,
            ["TokenFactory__SignIn__OpenIdConnect__ClientSecret"] = IdentityProvider.ClientSecret,
            ["TokenFactory__SignIn__OpenIdConnect__RoleClaim"] = "groups",
            ["TokenFactory__SignIn__OpenIdConnect__Roles__ml-platform"] = "admin",
            ["TokenFactory__SignIn__OpenIdConnect__Title"] = "Example ID",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
