using TokenFactory.Engine.Sampling;
using TokenFactory.Web.Playground;
using Xunit;

namespace TokenFactory.Web.Tests.Playground;

public sealed class PlaygroundQueryTests
{
    [Fact]
    public void Write_Defaults_IsEmpty() => Assert.Equal("", PlaygroundQuery.Write(new PlaygroundSettings()));

    [Fact]
    public void Read_OfWrite_GivesTheSettingsBack()
    {
        PlaygroundSettings settings = new()
        {
            Mode = PlaygroundMode.Completion,
            Model = "a model & more",
            System = "say\nthis: 100 %",
            MaxTokens = 7,
            Temperature = 0.3f,
            TopP = 0.95f,
            TopK = 40,
            MinP = 0.05f,
            RepetitionPenalty = 1.1f,
            PresencePenalty = -1.5f,
            FrequencyPenalty = 0.25f,
            Seed = -12,
            Stops = "END\n\\n\\n",
        };

        Assert.Equal(settings, PlaygroundQuery.Read(PlaygroundQuery.Write(settings)));
    }

    [Theory]
    [InlineData("?temperature=hot&top_p=0&top_k=-1&max_tokens=0&seed=x&presence_penalty=99&mode=other")]
    [InlineData("?temperature=NaN&top_p=2&max_tokens=99999999999")]
    [InlineData("")]
    public void Read_Nonsense_IsTheDefaults(string query) => Assert.Equal(new PlaygroundSettings(), PlaygroundQuery.Read(query));

    [Fact]
    public void ToSampling_WhatIsNotSet_IsTheModels()
    {
        SamplingParameters defaults = new() { Temperature = 0.5f, TopK = 20, MinP = 0.1f };

        SamplingParameters sampling = new PlaygroundSettings { Temperature = 1.2f, Seed = 3 }.ToSampling(defaults);

        Assert.Equal(defaults with { Temperature = 1.2f, Seed = 3 }, sampling);
    }

    [Fact]
    public void StopStrings_EscapedLineFeed_IsOne() =>
        Assert.Equal(["END", "\n\n"], new PlaygroundSettings { Stops = "END\n\n\\n\\n" }.StopStrings);
}
