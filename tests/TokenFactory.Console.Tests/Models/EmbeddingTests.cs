using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Host;
using Xunit;

namespace TokenFactory.Web.Tests.Models;

/// <summary>A real model's embeddings: of equal texts equal, however they come; of a folder that pools otherwise none.</summary>
public sealed class EmbeddingTests : IDisposable
{
    private static readonly string Demo = Path.Combine(SharedData.RepositoryRoot, "models/demo");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tf-embed-");

    [Fact]
    public async Task Post_DemonstrationModel_EqualTextsHaveEqualVectorsAndOthersDoNot()
    {
        await using HostProcess host = await HostProcess.StartAsync();
        string[] input = ["What is a token?", "How is a token counted, and by whom?", "What is a token?"];

        float[][] vectors = await EmbedAsync(host, input);
        float[] again = (await EmbedAsync(host, input[1]))[0];
        JsonElement card = JsonElement.Parse(await host.Client.GetStringAsync("/v1/models/demo", TestContext.Current.CancellationToken));

        Assert.Equal(card.GetProperty("embedding_dimensions").GetInt32(), vectors[0].Length);
        Assert.All(vectors, vector => Assert.Equal(1, Cosine(vector, vector), 1e-5));
        Assert.InRange(Cosine(vectors[0], vectors[2]), 0.99999, 1.00001);
        Assert.InRange(Cosine(vectors[1], again), 0.99999, 1.00001);
        Assert.InRange(Cosine(vectors[0], vectors[1]), -1, 0.999);
    }

    [Fact]
    public async Task Post_FolderThatPoolsByTheMean_IsRefusedByTheMode_AndGenerates()
    {
        CopyDemo();
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "1_Pooling"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "1_Pooling", "config.json"), """{"pooling_mode_mean_tokens":true}""", TestContext.Current.CancellationToken);
        await using HostProcess host = await HostProcess.StartAsync("--model", $"mean={_folder.FullName}");

        using HttpResponseMessage refused = await host.Client.PostAsJsonAsync("/v1/embeddings", new { input = "x" });
        using HttpResponseMessage answered = await host.Client.PostAsJsonAsync("/v1/completions", new { prompt = "x", max_tokens = 1 });

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("mean_tokens", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task Post_TokenizerThatEndsTexts_PoolsTheEndToken()
    {
        CopyDemo();
        string path = Path.Combine(_folder.FullName, "tokenizer.json");
        JsonObject tokenizer = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!.AsObject();
        tokenizer["post_processor"] = JsonNode.Parse(
            """
            {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}], "pair": [],
             "special_tokens": {"<|endoftext|>": {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}}}
            """);
        await File.WriteAllTextAsync(path, tokenizer.ToJsonString(), TestContext.Current.CancellationToken);
        await using HostProcess host = await HostProcess.StartAsync("--model", $"ended={_folder.FullName}");
        using HttpResponseMessage response = await host.Client.PostAsJsonAsync("/tokenize", new { prompt = "What is a token?", add_special_tokens = false });
        int[] bare = [.. JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];

        float[] text = (await EmbedAsync(host, "What is a token?"))[0];
        float[] ended = (await EmbedAsync(host, [.. bare, 0]))[0];
        float[] cut = (await EmbedAsync(host, bare))[0];

        Assert.InRange(Cosine(text, ended), 0.99999, 1.00001);
        Assert.InRange(Cosine(text, cut), -1, 0.999);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<float[][]> EmbedAsync<T>(HostProcess host, params T[] input)
    {
        using HttpResponseMessage response = await host.Client.PostAsJsonAsync("/v1/embeddings", new { input });
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, body);
        return
        [
            .. JsonElement.Parse(body).GetProperty("data").EnumerateArray()
                .Select(one => one.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray()),
        ];
    }

    private void CopyDemo()
    {
        foreach (string file in Directory.EnumerateFiles(Demo))
        {
            File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        }
    }

    private static double Cosine(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
