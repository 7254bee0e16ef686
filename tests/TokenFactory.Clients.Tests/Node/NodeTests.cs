using System.Text.Json;
using Xunit;

namespace TokenFactory.Clients.Tests.Node;

/// <summary>Tests of what a script for Node found.</summary>
/// <param name="host">The server.</param>
/// <param name="script">The script's name.</param>
public abstract class NodeTests(ClientHost host, string script)
{
    protected ClientHost Host => host;

    private protected Task<NodeRun> RunAsync() => host.RunNodeAsync(script);

    protected async Task<JsonElement> FindAsync(string check) => (await RunAsync())[check];

    protected static string Text(JsonElement found, string name) => found.GetProperty(name).GetString()!;

    protected static long Number(JsonElement found, string name) => found.GetProperty(name).GetInt64();

    protected static string[] Texts(JsonElement found, string name) => [.. found.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];

    protected static long[] Numbers(JsonElement found, string name) => [.. found.GetProperty(name).EnumerateArray().Select(item => item.GetInt64())];

    /// <summary>The client was refused once, waited as it was told and then succeeded.</summary>
    protected static void AssertRetried(JsonElement found)
    {
        const int TimersMayBeEarlyBy = 20;
        Assert.Equal([429, 200], Numbers(found, "statuses"));
        Assert.InRange(Number(found, "waited"), Number(found, "told") - TimersMayBeEarlyBy, 20_000);
    }
}
