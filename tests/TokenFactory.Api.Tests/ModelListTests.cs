using System.Text.Json;
using TokenFactory.Engine.Execution;
using Xunit;

namespace TokenFactory.Api.Tests;

public sealed class ModelListTests
{
    [Fact]
    public async Task Get_Models_SaysContextPrecisionAndState()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement card = (await Answers.ReadAsync(await host.Client.GetAsync("/v1/models", TestContext.Current.CancellationToken))).GetProperty("data")[0];

        Assert.Equal(("hash", "model", 2048), (card.GetProperty("id").GetString(), card.GetProperty("object").GetString(), card.GetProperty("max_model_len").GetInt32()));
        Assert.Equal(("none", "serving"), (card.GetProperty("precision").GetString(), card.GetProperty("state").GetString()));
        Assert.Equal(host.Engine.Limits.PooledWidth, card.GetProperty("embedding_dimensions").GetInt32());
        Assert.True(card.GetProperty("created").GetInt64() > 0 && card.GetProperty("owned_by").GetString() is { Length: > 0 });
    }

    [Fact]
    public async Task Get_ModelThatDrains_SaysSo()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        await host.Engine.DrainAsync();

        JsonElement card = await Answers.ReadAsync(await host.Client.GetAsync("/v1/models/hash", TestContext.Current.CancellationToken));

        Assert.Equal("draining", card.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Get_ModelThatEmbedsNothing_HasNoDimensions()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Change("hash", model => model with { EmbeddingObstacle = "it pools otherwise" });

        JsonElement card = await Answers.ReadAsync(await host.Client.GetAsync("/v1/models/hash", TestContext.Current.CancellationToken));

        Assert.False(card.TryGetProperty("embedding_dimensions", out _));
    }

    [Fact]
    public async Task Get_ModelThatFailed_SaysSo()
    {
        await using ApiHost host = await ApiHost.StartAsync(executor => executor.BeforeStep = _ => throw new ExecutorException("it burns") { IsDeviceLost = true });
        await host.ChatAsync(new { messages = new[] { new { role = "user", content = "x" } } });

        JsonElement card = await Answers.ReadAsync(await host.Client.GetAsync("/v1/models/hash", TestContext.Current.CancellationToken));

        Assert.Equal("failed", card.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Get_Description_HasEveryProtocol()
    {
        await using ApiHost host = await ApiHost.StartAsync();

        JsonElement paths = JsonElement.Parse(await host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).GetProperty("paths");

        foreach (string path in new[] { "/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/messages", "/v1/messages/count_tokens", "/tokenize", "/detokenize" })
        {
            Assert.True(paths.TryGetProperty(path, out _), path);
        }
    }
}
