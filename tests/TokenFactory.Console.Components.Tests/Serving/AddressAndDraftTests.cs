using TokenFactory.Web.Hosting;
using TokenFactory.Web.Serving;
using TokenFactory.Web.Tenants;
using Xunit;

namespace TokenFactory.Web.Tests.Serving;

public sealed class AddressAndDraftTests
{
    [Fact]
    public void Address_WithEverything_ComesBackFromItsOwnText()
    {
        ModelsAddress address = new(
            "/models/a b", new LoadDraft { Name = "x&y", Device = "cpu", Precision = "int4", Sequences = "4", Context = "512", KvMegabytes = "100", Threads = "2", Replicas = "2" }, "lab/model", "v1");

        Assert.Equal(address, ModelsAddress.FromQuery(address.ToString()["models".Length..]));
    }

    [Fact]
    public void Address_WithTheUsual_IsShort() =>
        Assert.Equal("models?folder=%2Fa", new ModelsAddress("/a", new LoadDraft()).ToString());

    [Fact]
    public void Draft_WithNumbers_IsRead()
    {
        FormProblems problems = new();
        ModelOptions options = new LoadDraft { Precision = "int8", Sequences = "4", Context = "2,048", KvMegabytes = "", Replicas = "2" }.Read("/a", problems);

        Assert.False(problems.Any);
        Assert.Equal((ModelPrecision.Int8, 4, 2048, null, 0, 2), (options.Precision, options.MaxSequences, options.MaxContext, options.KvMemoryMegabytes, options.Threads, options.Replicas));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    [InlineData("99999")]
    public void Draft_WithNonsense_SaysTheBounds(string sequences)
    {
        FormProblems problems = new();
        new LoadDraft { Sequences = sequences }.Read("/a", problems);

        Assert.Equal("A whole number from 1 to 1,024.", problems["sequences"]);
    }
}
