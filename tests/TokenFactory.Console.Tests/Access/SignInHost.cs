using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Access;

/// <summary>One product for the tests of a class that leave its accounts as they are.</summary>
public sealed class SignInHost : IAsyncLifetime
{
    internal HostProcess Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await HostProcess.StartAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
