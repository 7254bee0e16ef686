using System.Text.Json;
using Microsoft.Playwright;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Web.BrowserTests.Accessibility;

/// <summary>The accessibility checker axe-core, where .ci/run or a person has put it; it is no part of the repository.</summary>
internal sealed class Axe
{
    private const string Package = "artifacts/axe/node_modules/axe-core/axe.min.js";

    private const string Run =
        """
        async () => {
          const found = await axe.run(document, { resultTypes: ["violations"] });
          return found.violations.map(one => ({
            rule: one.id, impact: one.impact, help: one.help, nodes: one.nodes.map(node => `${node.target.join(" ")}: ${node.any.concat(node.all, node.none).map(check => check.message).join("; ")}`),
          }));
        }
        """;

    private readonly string _source;

    private Axe(string source) => _source = source;

    /// <summary>Reads it; skips the calling test where it is absent.</summary>
    public static Axe Require()
    {
        string file = Path.Combine(SharedData.RepositoryRoot, Package);
        Assert.SkipUnless(File.Exists(file), $"needs {Package}: npm install --prefix artifacts/axe axe-core");
        return new Axe(File.ReadAllText(file));
    }

    /// <summary>What keeps somebody from using the page as it is shown now: findings of serious and critical impact, in words.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(IPage page)
    {
        // Given through the debugger, which the page's own policy on scripts does not bind.
        await page.EvaluateAsync(_source);
        JsonElement found = await page.EvaluateAsync<JsonElement>(Run);
        return
        [
            .. found.EnumerateArray().Where(one => one.GetProperty("impact").GetString() is "serious" or "critical").SelectMany(one => one.GetProperty("nodes").EnumerateArray()
                .Select(node => $"{new Uri(page.Url).PathAndQuery} {one.GetProperty("rule").GetString()}: {one.GetProperty("help").GetString()}: {node.GetString()}")),
        ];
    }
}
