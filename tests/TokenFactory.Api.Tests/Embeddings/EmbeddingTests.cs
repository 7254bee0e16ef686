using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TokenFactory.Engine.Execution;
using TokenFactory.Tenancy.Plans;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Api.Tests.Embeddings;

public sealed class EmbeddingTests
{
    private const string Path = "/v1/embeddings";

    private static readonly int Width = HashExecutor.DefaultLimits.PooledWidth;

    [Theory]
    [InlineData("""{"input":"alpha"}""", "alpha")]
    [InlineData("""{"input":["alpha","beta and more"],"model":"hash","encoding_format":"float","user":"u"}""", "alpha", "beta and more")]
    [InlineData("""{"input":[97,98,99]}""", "abc")]
    [InlineData("""{"input":[[97,98,99],[100]]}""", "abc", "d")]
    public async Task Post_AnyFormOfInput_GivesAVectorOfLengthOneForEach(string body, params string[] texts)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await Answers.ReadAsync(await host.PostJsonAsync(Path, body));

        Assert.Equal(("list", "hash"), (answer.GetProperty("object").GetString(), answer.GetProperty("model").GetString()));
        JsonElement[] data = [.. answer.GetProperty("data").EnumerateArray()];
        Assert.Equal(texts.Length, data.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(("embedding", i), (data[i].GetProperty("object").GetString(), data[i].GetProperty("index").GetInt32()));
            AssertClose(Expected(texts[i], Width), Floats(data[i]));
        }
        int tokens = texts.Sum(text => text.Length);
        Assert.Equal((tokens, tokens), (answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), answer.GetProperty("usage").GetProperty("total_tokens").GetInt32()));
    }

    [Fact]
    public async Task Post_Base64_IsTheSameNumbersAsLittleEndianFloats()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement numbers = await PostAsync(host.Client, new { input = "same" });
        JsonElement base64 = await PostAsync(host.Client, new { input = "same", encoding_format = "base64" });

        byte[] bytes = base64.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(Floats(numbers.GetProperty("data")[0]), MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Post_Dimensions_CutsAndScalesAgain(int dimensions)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement answer = await PostAsync(host.Client, new { input = "cut", dimensions });

        AssertClose(Expected("cut", dimensions), Floats(answer.GetProperty("data")[0]));
    }

    [Theory]
    [InlineData("""{}""", "input", null)]
    [InlineData("""{"input":null}""", "input", null)]
    [InlineData("""{"input":""}""", "input", null)]
    [InlineData("""{"input":["x",""]}""", "input", null)]
    [InlineData("""{"input":[]}""", "input", null)]
    [InlineData("""{"input":[[]]}""", "input", null)]
    [InlineData("""{"input":{}}""", "input", null)]
    [InlineData("""{"input":[true]}""", "input", null)]
    [InlineData("""{"input":["x",1]}""", "input", null)]
    [InlineData("""{"input":[99999]}""", "input", null)]
    [InlineData("""{"input":[-1]}""", "input", null)]
    [InlineData("""{"input":"x","dimensions":0}""", "dimensions", null)]
    [InlineData("""{"input":"x","dimensions":9}""", "dimensions", null)]
    [InlineData("""{"input":"x","dimensions":"3"}""", "dimensions", null)]
    [InlineData("""{"input":"x","encoding_format":"hex"}""", "encoding_format", null)]
    [InlineData("""{"input":"x","truncate_prompt_tokens":5}""", "truncate_prompt_tokens", "unsupported_parameter")]
    public async Task Post_WhatCannotBe_Is400AndNamesTheField(string body, string field, string? code)
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(await host.PostJsonAsync(Path, body), HttpStatusCode.BadRequest);

        Assert.Equal((field, code), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Empty(await host.ReadLedgerAsync());
    }

    [Fact]
    public async Task Post_OneTextTooLong_NamesItTheLimitAndComputesNone()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement error = await Answers.ReadErrorAsync(
            await host.Client.PostAsJsonAsync(Path, new { input = new[] { "short", new string('x', 2049) } }), HttpStatusCode.BadRequest);

        Assert.Equal("context_length_exceeded", error.GetProperty("code").GetString());
        Assert.Contains("Number 1 of input has 2049 tokens; the context of hash is 2048.", error.GetProperty("message").GetString());
        Assert.Equal(0, host.Executor.Steps);
        AssertClose(Expected(new string('x', 2048), Width), Floats((await PostAsync(host.Client, new { input = new string('x', 2048) })).GetProperty("data")[0]));
    }

    [Fact]
    public async Task Post_MoreTextsThanTheQueueTakes_SaysHowManyItTakes()
    {
        await using ApiHost host = await ApiHost.StartAsync(policy: policy => policy with { QueueRequests = 2, QueueTokens = 1000 });

        JsonElement many = await Answers.ReadErrorAsync(await host.Client.PostAsJsonAsync(Path, new { input = new[] { "a", "b", "c" } }), HttpStatusCode.BadRequest);
        JsonElement much = await Answers.ReadErrorAsync(await host.Client.PostAsJsonAsync(Path, new { input = new string('x', 1001) }), HttpStatusCode.BadRequest);

        Assert.Equal(
            "input holds 3 texts of 3 tokens; the queue of hash takes 2 texts of 1000 tokens together. Send fewer at once.", many.GetProperty("message").GetString());
        Assert.Contains("1001 tokens", much.GetProperty("message").GetString());
        await PostAsync(host.Client, new { input = new[] { "a", "b" } });
    }

    [Fact]
    public async Task Post_AsManyTextsAsAreAllowed_AreAllAnswered_AndOneMoreIsRefused()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        string[] texts = [.. Enumerable.Range(0, 2049).Select(i => $"text {i}")];

        JsonElement answer = await PostAsync(host.Client, new { input = texts[..2048] });
        JsonElement error = await Answers.ReadErrorAsync(await host.Client.PostAsJsonAsync(Path, new { input = texts }), HttpStatusCode.BadRequest);

        Assert.Equal(2048, answer.GetProperty("data").GetArrayLength());
        AssertClose(Expected(texts[2047], Width), Floats(answer.GetProperty("data")[2047]));
        Assert.Equal("input holds 2049 texts; at most 2048 are allowed.", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Post_CountedAsPromptTokensOnly_AndNoMoreIsReserved()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        using TenantClient tenant = await host.AddTenantAsync(
            TenantClient.PlanOf(new PlanLimits { TokensPerDay = new Limit(20) }, features: new FeatureLimit("search", 5, UsageWindow.Month)));
        using HttpRequestMessage request = new(HttpMethod.Post, Path) { Content = JsonContent.Create(new { input = new[] { "ten tokens", "ten_tokens" } }) };
        request.Headers.Add("x-lane", "batch");
        request.Headers.Add("x-feature", "search");

        JsonElement answer = await Answers.ReadAsync(await tenant.Http.SendAsync(request, TestContext.Current.CancellationToken));
        JsonElement error = await Answers.ReadErrorAsync(await tenant.Http.PostAsJsonAsync(Path, new { input = "x" }), HttpStatusCode.TooManyRequests);

        Assert.Equal(20, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Contains("tokens_per_day", error.ToString());
        JsonElement row = Assert.Single(await host.ReadLedgerAsync());
        Assert.Equal(
            (20, 0, "stop", "batch", "search"),
            (row.GetProperty("prompt_tokens").GetInt32(), row.GetProperty("generated_tokens").GetInt32(), row.GetProperty("outcome").GetString(),
                row.GetProperty("lane").GetString(), row.GetProperty("feature").GetString()));
        JsonElement limit = (await Answers.ReadAsync(await tenant.Http.GetAsync("/v1/usage", TestContext.Current.CancellationToken))).GetProperty("limits")[0];
        Assert.Equal((20, 0), (limit.GetProperty("used").GetInt32(), limit.GetProperty("reserved").GetInt32()));
    }

    [Fact]
    public async Task Post_BesideCompletions_BothAreAsAlone()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        Task<HttpResponseMessage>[] completions = [.. Enumerable.Range(0, 20).Select(i => host.Client.PostAsJsonAsync("/v1/completions", new { prompt = $"go on {i}", max_tokens = 30 }))];
        JsonElement[] vectors = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => PostAsync(host.Client, new { input = $"go on {i}" })));

        for (int i = 0; i < vectors.Length; i++)
        {
            AssertClose(Expected($"go on {i}", Width), Floats(vectors[i].GetProperty("data")[0]));
            Assert.Equal(Answers.Continue($"go on {i}", 30), (await Answers.ReadAsync(await completions[i])).GetProperty("choices")[0].GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task Post_ClientThatLeaves_LeavesNothingRunning()
    {
        using ManualResetEventSlim go = new();
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.BeforeStep = _ => go.Wait());
        using CancellationTokenSource patience = new();
        Task<HttpResponseMessage> sent = host.Client.PostAsJsonAsync(Path, new { input = Enumerable.Range(0, 200).Select(i => new string('x', 500) + i) }, patience.Token);
        await host.UntilRunsAsync(running => running > 0);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);
        go.Set();

        await host.UntilRunsAsync(running => running == 0);
        await host.AssertServesAsync();
        Assert.True((await host.Engine.SnapshotAsync()).KvUsed == 0);
    }

    [Fact]
    public async Task Post_DeviceThatFails_Is500AndTheRowSaysSo()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.BeforeStep = _ => throw new ExecutorException("it burns"));

        await Answers.ReadErrorAsync(await host.Client.PostAsJsonAsync(Path, new { input = "x" }), HttpStatusCode.InternalServerError);

        Assert.Equal("failed", Assert.Single(await host.ReadLedgerAsync()).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Post_ModelWhoseFolderPoolsOtherwise_IsRefusedByItsName()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Change("hash", model => model with { EmbeddingObstacle = "1_Pooling/config.json asks for pooling by mean_tokens" });

        JsonElement error = await Answers.ReadErrorAsync(await host.Client.PostAsJsonAsync(Path, new { input = "x" }), HttpStatusCode.BadRequest);

        Assert.Equal(("model", "model_not_supported"), (error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Contains("hash makes no embeddings: 1_Pooling/config.json asks for pooling by mean_tokens.", error.GetProperty("message").GetString());
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, object body) => await Answers.ReadAsync(await client.PostAsJsonAsync(Path, body));

    private static float[] Floats(JsonElement data) => [.. data.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())];

    /// <summary>The first numbers of a text's vector, scaled to length 1.</summary>
    private static double[] Expected(string text, int dimensions)
    {
        double[] numbers = [.. HashExecutor.Pool([.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)], Width).Take(dimensions).Select(number => (double)number)];
        double length = Math.Sqrt(numbers.Sum(number => number * number));
        return [.. numbers.Select(number => number / length)];
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }
}
