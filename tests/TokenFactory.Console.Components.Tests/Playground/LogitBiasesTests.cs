using TokenFactory.Web.Playground.Parameters;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class LogitBiasesTests
{
    [Fact]
    public void Parse_OnePairALine_TakesTheLastOfAToken()
    {
        LogitBiases biases = LogitBiases.Parse("42 -5\r\n\n 7: 0.5 \n42=100");

        Assert.Null(biases.Problem);
        Assert.Equal([KeyValuePair.Create(7, 0.5f), KeyValuePair.Create(42, 100f)], biases.Values.OrderBy(pair => pair.Key));
    }

    [Theory]
    [InlineData("forty-two 1")]
    [InlineData("42")]
    [InlineData("42 1 2")]
    [InlineData("42 much")]
    public void Parse_AnotherLine_NamesIt(string line) => Assert.Contains($"“{line}”", LogitBiases.Parse("1 1\n" + line).Problem);

    [Fact]
    public void Compose_TokenBeyondTheVocabulary_IsAProblemInTheEnginesWords()
    {
        using HashModel model = new();
        ParameterSet set = ParameterSet.Empty with { Bias = LogitBiases.Parse("999 1") };

        Assert.Equal("logit_bias names token 999; this model's tokens run from 0 to 255.", set.FindBiasProblem(model.Served));
        Assert.Null(set.Compose(model.Served));
    }

    [Fact]
    public void Compose_GoodPairs_GoIntoTheSampling()
    {
        using HashModel model = new();

        Assert.Equal(-5, (ParameterSet.Empty with { Bias = LogitBiases.Parse("42 -5") }).Compose(model.Served)!.Sampling.LogitBias![42]);
    }
}
