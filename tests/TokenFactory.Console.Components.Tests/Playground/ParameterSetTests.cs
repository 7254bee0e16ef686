using TokenFactory.Web.Playground.Answers;
using TokenFactory.Web.Playground.Parameters;
using TokenFactory.Web.Tests.Setup;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class ParameterSetTests : IDisposable
{
    private readonly HashModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Compose_NothingSet_IsTheModelsDefaults()
    {
        AnswerSettings settings = ParameterSet.Empty.Compose(_model.Served)!;

        Assert.Equal(_model.Served.Defaults, settings.Sampling);
        Assert.Equal(256, settings.MaxTokens);
    }

    [Fact]
    public void Compose_EverythingSet_CarriesEachValue()
    {
        AnswerSettings settings = Set(
            ("max_tokens", "7"), ("temperature", "0.5"), ("top_p", "0.25"), ("top_k", "40"), ("min_p", "0.1"), ("presence_penalty", "-1"),
            ("frequency_penalty", "1.5"), ("repetition_penalty", "1.1"), ("seed", "-9")).Compose(_model.Served)!;

        Assert.Equal(7, settings.MaxTokens);
        Assert.Equal(
            _model.Served.Defaults with
            {
                Temperature = 0.5f,
                TopP = 0.25f,
                TopK = 40,
                MinP = 0.1f,
                PresencePenalty = -1,
                FrequencyPenalty = 1.5f,
                RepetitionPenalty = 1.1f,
                Seed = -9,
            },
            settings.Sampling);
    }

    [Theory]
    [InlineData("max_tokens", "0")]
    [InlineData("max_tokens", "99999999999")]
    [InlineData("temperature", "-0.1")]
    [InlineData("temperature", "NaN")]
    [InlineData("temperature", "")]
    [InlineData("top_p", "0")]
    [InlineData("top_k", "-1")]
    [InlineData("min_p", "1.1")]
    [InlineData("presence_penalty", "2.1")]
    [InlineData("frequency_penalty", "-2.1")]
    [InlineData("repetition_penalty", "0")]
    [InlineData("seed", "1.5")]
    public void FindProblem_OutOfBounds_NamesTheParameter(string key, string text)
    {
        ParameterSet set = Set((key, text));

        Assert.StartsWith(key + " is ", set.FindProblem(PlaygroundParameters.Find(key)!, _model.Served));
        Assert.Null(set.Compose(_model.Served));
    }

    [Fact]
    public void FindProblem_OtherParameterIsWrong_SaysNothing() =>
        Assert.Null(Set(("temperature", "9"), ("top_k", "5")).FindProblem(PlaygroundParameters.Find("top_k")!, _model.Served));

    [Fact]
    public void Range_OfEverySlider_HoldsOnlyValuesThatTheEngineTakes()
    {
        foreach (PlaygroundParameter parameter in PlaygroundParameters.All.Where(parameter => parameter.Range is not null))
        {
            foreach (double bound in new[] { parameter.Range!.Value.Least, parameter.Range.Value.Most })
            {
                Assert.Null(Set((parameter.Key, FormattableString.Invariant($"{bound}"))).FindProblem(parameter, _model.Served));
            }
        }
    }

    private static ParameterSet Set(params (string Key, string Text)[] texts) =>
        texts.Aggregate(ParameterSet.Empty, (set, pair) => set.With(PlaygroundParameters.Find(pair.Key)!, pair.Text));
}
