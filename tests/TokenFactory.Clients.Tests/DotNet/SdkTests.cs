using TokenFactory.Tests.Shared.Contract;

namespace TokenFactory.Clients.Tests.DotNet;

/// <summary>Tests with OpenAI's client for .NET. After each, all that the client was answered is held to OpenAI's description.</summary>
/// <param name="host">The server.</param>
public abstract class SdkTests(ClientHost host) : IDisposable
{
    private readonly Sdk _sdk = new(host.Endpoint, host.Key);

    protected ClientHost Host => host;

    private protected Sdk Sdk => _sdk;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        IReadOnlyList<Exchange> exchanges = _sdk.Exchanges;
        _sdk.Dispose();
        Described.Check(exchanges);
    }
}
