using System.Text.Json;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Contract;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Clients.Tests.Node;

/// <summary>What a script for Node printed: a line of JSON for each of its checks, and one for each exchange that its client had.</summary>
internal sealed class NodeRun
{
    /// <summary>What the limited tenant may: few enough that the next request is refused for seconds once they are spent.</summary>
    public const int RequestsPerMinute = 20;

    private const string Modules = "artifacts/clients/node_modules";

    private static readonly string Scripts = Path.Combine(SharedData.RepositoryRoot, "tests/TokenFactory.Clients.Tests/scripts");
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "artifacts/clients");

    private readonly Dictionary<string, JsonElement> _checks = [];

    private NodeRun(string output, LimitedTenant tenant)
    {
        Tenant = tenant;
        List<Exchange> exchanges = [];
        foreach (JsonElement line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(text => JsonElement.Parse(text)))
        {
            if (line.TryGetProperty("exchange", out JsonElement exchange))
            {
                string Text(string name) => exchange.GetProperty(name).GetString()!;
                exchanges.Add(new Exchange(Text("method"), Text("path"), exchange.GetProperty("status").GetInt32(), Text("mediaType"), Text("body")));
            }
            else
            {
                _checks.Add(line.GetProperty("check").GetString()!, line);
            }
        }
        Exchanges = exchanges;
    }

    /// <summary>Whose key the script had beside that of the tenant without limits.</summary>
    public LimitedTenant Tenant { get; }

    /// <summary>What the client was answered and read to the end.</summary>
    public IReadOnlyList<Exchange> Exchanges { get; }

    /// <summary>What a check found; fails with the client's own words where it broke off.</summary>
    public JsonElement this[string check]
    {
        get
        {
            JsonElement line = _checks[check];
            Assert.False(line.TryGetProperty("error", out JsonElement error), $"{check}: {error}");
            return line.GetProperty("found");
        }
    }

    /// <summary>Skips the calling test where Node or the packages are absent.</summary>
    public static void Require()
    {
        Interpreter.Require("node");
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(SharedData.RepositoryRoot, Modules)),
            $"needs {Modules}: copy package.json and package-lock.json of tests/TokenFactory.Clients.Tests/scripts to artifacts/clients and run npm ci there");
    }

    /// <summary>Runs a script beside its packages.</summary>
    /// <param name="host">The server it talks to.</param>
    /// <param name="script">Its name without extension.</param>
    /// <param name="tenant">A tenant of <see cref="RequestsPerMinute"/>.</param>
    public static async Task<NodeRun> RunAsync(ClientHost host, string script, LimitedTenant tenant)
    {
        foreach (string file in Directory.EnumerateFiles(Scripts, "*.mjs"))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)), overwrite: true);
        }
        (int code, string output) = await Interpreter.RunAsync("node", [$"{script}.mjs"], Folder, host.Key, new Dictionary<string, string>
        {
            ["ROOT"] = host.Root.AbsoluteUri.TrimEnd('/'),
            ["API_KEY"] = host.Key,
            ["LIMITED_KEY"] = tenant.Key,
            ["MODEL"] = ClientHost.Model,
        });
        Assert.True(code == 0, output);
        return new NodeRun(output, tenant);
    }
}
