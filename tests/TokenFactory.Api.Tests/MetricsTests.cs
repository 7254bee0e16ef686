using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TokenFactory.Engine.Execution;
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

    [Fact]
    public async Task Metrics_UnderVllmsNames_SayTheSame()
    {
        await using ApiHost host = await ApiHost.StartAsync(replicas: 2);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => host.Client.PostAsJsonAsync("/v1/completions", new { prompt = new string((char)('a' + i), 20), max_tokens = 5 })));

        string metrics = await host.Client.GetStringAsync("/metrics");

        Assert.Equal(60, Total(metrics, "vllm:generation_tokens_total"));
        Assert.Equal(240, Total(metrics, "vllm:prompt_tokens_total"));
        Assert.Equal(12, Total(metrics, "vllm:request_success_total"));
        Assert.Equal(48, Total(metrics, "vllm:inter_token_latency_seconds_count"));
        Assert.Equal((12, 12), (Total(metrics, "vllm:time_to_first_token_seconds_count"), Total(metrics, "vllm:e2e_request_latency_seconds_count")));
        Assert.Equal((0, 0), (Total(metrics, "vllm:num_requests_running"), Total(metrics, "vllm:num_requests_waiting")));
        Assert.Contains("vllm:kv_cache_usage_perc{model_name=\"hash\",engine=\"1\"} 0", metrics, StringComparison.Ordinal);
        Assert.Contains("vllm:cache_config_info{model_name=\"hash\",engine=\"0\",block_size=\"4\",num_gpu_blocks=\"4096\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("finished_reason=\"length\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AfterFaults_CountThem()
    {
        int steps = 0;
        await using ApiHost host = await ApiHost.StartAsync(
            executor =>
            {
                executor.BeforeStep = _ =>
                {
                    if (Interlocked.Increment(ref steps) == 1)
                    {
                        throw new ExecutorException("unspecified launch failure");
                    }
                };
                executor.IsPoisoned = slice => slice.Start > 900;
            }, replicas: 2);
        JsonElement moved = await Answers.ReadAsync(await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "abc", max_tokens = 5 }));
        using HttpResponseMessage corrupted = await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = new string('x', 1000), max_tokens = 5 });

        string metrics = await host.Client.GetStringAsync("/metrics");

        Assert.Equal(Answers.Continue("abc", 5), moved.GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(HttpStatusCode.InternalServerError, corrupted.StatusCode);
        Assert.Equal(1, Total(metrics, "tokenfactory_failed_steps_total"));
        Assert.Equal(1, Total(metrics, "tokenfactory_moved_requests_total"));
        Assert.Equal(1, Total(metrics, "tokenfactory_corrupted_requests_total"));
    }

    private static long Total(string metrics, string name) => metrics.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal))
        .Sum(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
