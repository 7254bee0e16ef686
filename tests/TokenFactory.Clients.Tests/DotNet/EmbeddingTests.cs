using System.ClientModel;
using OpenAI.Embeddings;
using Xunit;

namespace TokenFactory.Clients.Tests.DotNet;

/// <summary>Embeddings by OpenAI's client for .NET, which asks for them in base64.</summary>
[Collection(ClientHost.Name)]
public sealed class EmbeddingTests(ClientHost host) : SdkTests(host)
{
    [Fact]
    public async Task GenerateEmbeddings_SeveralTexts_AreVectorsOfLengthOneInOrder()
    {
        EmbeddingClient client = Sdk.Client.GetEmbeddingClient(ClientHost.Model);

        OpenAIEmbeddingCollection several = await client.GenerateEmbeddingsAsync(["one", "two"], cancellationToken: TestContext.Current.CancellationToken);
        OpenAIEmbedding alone = await client.GenerateEmbeddingAsync("two", cancellationToken: TestContext.Current.CancellationToken);
        OpenAIEmbedding cut = await client.GenerateEmbeddingAsync("two", new EmbeddingGenerationOptions { Dimensions = 8 }, TestContext.Current.CancellationToken);

        Assert.Equal([0, 1], several.Select(vector => vector.Index));
        Assert.All(several, vector => Assert.Equal(1, Length(vector), 3));
        Assert.Equal(alone.ToFloats().ToArray(), several[1].ToFloats().ToArray(), (one, other) => Math.Abs(one - other) < 1e-3);
        Assert.Equal((8, 256), (cut.ToFloats().Length, alone.ToFloats().Length));
        Assert.Equal(1, Length(cut), 3);
        Assert.True(several.Usage.InputTokenCount >= 2);
    }

    [Fact]
    public async Task GenerateEmbedding_TooManyDimensions_Is400()
    {
        EmbeddingClient client = Sdk.Client.GetEmbeddingClient(ClientHost.Model);

        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(
            () => client.GenerateEmbeddingAsync("x", new EmbeddingGenerationOptions { Dimensions = 100_000 }, TestContext.Current.CancellationToken));

        Assert.Equal(400, error.Status);
        Assert.Contains("dimensions", error.Message);
    }

    private static double Length(OpenAIEmbedding vector) => Math.Sqrt(vector.ToFloats().ToArray().Sum(number => (double)number * number));
}
