using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace TokenFactory.Api.Tests;

/// <summary>What is counted is what clients were told.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_AfterAMixOfRequests_EqualTheSumOfTheirUsage()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        JsonElement[] usages = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i => (await Answers.ReadAsync(
            await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = new string((char)('a' + (i % 4)), 5 + (7 * (i % 9))), max_tokens = 1 + (i % 13) })))
            .GetProperty("usage")));

        string metrics = await host.Client.GetStringAsync("/metrics");

        Assert.Equal(usages.Sum(usage => usage.GetProperty("completion_tokens").GetInt64()), Total(metrics, "tokenfactory_generation_tokens_total"));
        Assert.Equal(
            usages.Sum(usage => usage.GetProperty("prompt_tokens").GetInt64()),
            Total(metrics, "tokenfactory_prefill_tokens_total") + Total(metrics, "tokenfactory_cached_tokens_total"));
        Assert.Equal(
            usages.Sum(usage => usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt64()),
            Total(metrics, "tokenfactory_cached_tokens_total"));
    }

    [Fact]
    public async Task Usage_OfASecondRequestWithTheSamePrefix_ShowsItCached()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string prefix = string.Concat(Enumerable.Range(0, 250).Select(i => $"{i:D4}"));
        await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = prefix + "first", max_tokens = 4 });
        int before = host.Executor.ComputedTokens;

        JsonElement answer = await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = prefix + "other", max_tokens = 4 }));

        Assert.Equal(1000, answer.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(Answers.Continue(prefix + "other", 4), answer.GetProperty("choices")[0].GetProperty("text").GetString());
        // Five own tokens, and the first three of the four that follow.
        Assert.Equal(8, host.Executor.ComputedTokens - before);
    }

    private static long Total(string metrics, string name) => metrics.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))
        .Sum(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
