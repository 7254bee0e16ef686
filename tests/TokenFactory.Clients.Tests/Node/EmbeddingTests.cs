using System.Text.Json;
using Xunit;

namespace TokenFactory.Clients.Tests.Node;

/// <summary>Embeddings by the packages openai and ai for Node.</summary>
[Collection(ClientHost.Name)]
public sealed class EmbeddingTests(ClientHost host) : NodeTests(host, "embeddings")
{
    [Fact]
    public async Task Exchanges_AllThatWereWhole_AreAsDescribed()
    {
        NodeRun run = await RunAsync();

        Assert.InRange(run.Exchanges.Count, 8, int.MaxValue);
        Described.Check(run.Exchanges);
    }

    [Fact]
    public async Task Create_SeveralTexts_AreVectorsOfLengthOneInOrder()
    {
        JsonElement found = await FindAsync("create");

        Assert.Equal([0, 1], Numbers(found, "indexes"));
        Assert.Equal([256, 256, 8], Numbers(found, "widths"));
        Assert.All(found.GetProperty("lengths").EnumerateArray(), length => Assert.Equal(1, length.GetDouble(), 3));
        Assert.Equal(1, found.GetProperty("similarity").GetDouble(), 3);
        Assert.InRange(Number(found, "tokens"), 2, 20);
    }

    [Fact]
    public async Task Errors_AreTheClientsOwnTypes()
    {
        JsonElement found = await FindAsync("errors");

        Assert.Equal(("BadRequestError", "dimensions"), (Text(found, "type"), Text(found, "param")));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("compatible")]
    public async Task Vercel_OneAndSeveral_AreTheSame(string provider)
    {
        JsonElement found = await FindAsync($"vercel {provider}");

        Assert.Equal((256, 2), (Number(found, "width"), Number(found, "count")));
        Assert.Equal(1, found.GetProperty("similarity").GetDouble(), 3);
    }
}
