using CsCheck;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;
using TokenFactory.Tests.Shared;
using Xunit;

namespace TokenFactory.Engine.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly float[] Row = [1, 3, 2, 3, -1];

    [Fact]
    public void Sample_TemperatureZero_TakesTheLargestAndOfEqualsTheLowestId() =>
        Assert.Equal(1, Draw(Row, SamplingParameters.Greedy).Token);

    [Theory]
    [InlineData(float.NaN, 0f, false, 0f)]
    [InlineData(float.NaN, 0f, true, 0.5f)]
    [InlineData(float.NaN, 1f, true, 0f)]
    [InlineData(float.NaN, 1f, false, 0.5f)]
    [InlineData(float.PositiveInfinity, 0f, true, 0f)]
    [InlineData(float.PositiveInfinity, 1f, true, 0.5f)]
    public void Sample_LargestIsNoNumber_SaysSoAndDrawsNothing(float bad, float temperature, bool logprobs, float penalty)
    {
        SamplingState state = new(new SamplingParameters { Temperature = temperature, Logprobs = logprobs, TopLogprobs = 2, FrequencyPenalty = penalty }, [0], 8);

        (int token, float logprob, TokenLogprob[] top) = Draw([1, 3, bad, 3, -1], state);

        Assert.Equal((SampledToken.NotANumber, 0f, 0, 0), (token, logprob, top.Length, state.Drawn));
    }

    [Fact]
    public void Sample_SameSeed_GivesTheSameTokens()
    {
        SamplingParameters parameters = new() { Seed = 7 };

        Assert.Equal(DrawMany(parameters, 50), DrawMany(parameters, 50));
        Assert.NotEqual(DrawMany(parameters, 50), DrawMany(parameters with { Seed = 8 }, 50));
    }

    [Fact]
    public void Sample_LogitBias_MovesTheChoice()
    {
        SamplingParameters parameters = SamplingParameters.Greedy with { LogitBias = new Dictionary<int, float> { [4] = 100, [1] = -100 } };

        Assert.Equal(4, Draw(Row, parameters).Token);
    }

    [Fact]
    public void Sample_FrequencyPenalty_GrowsWithEachUse()
    {
        // Token 1 leads by 1.0: the penalty of 0.6 a use lets it win once more, then token 2 is ahead.
        SamplingState state = new(SamplingParameters.Greedy with { FrequencyPenalty = 0.6f }, [0], 8);
        int[] tokens = [.. Enumerable.Range(0, 4).Select(_ => Draw([0, 3, 2, 0, 0], state).Token)];

        Assert.Equal([1, 1, 2, 1], tokens);
    }

    [Fact]
    public void Sample_PresencePenalty_AppliesOnceAndNotToThePrompt()
    {
        SamplingState state = new(SamplingParameters.Greedy with { PresencePenalty = 1.5f }, [1], 8);
        int[] tokens = [.. Enumerable.Range(0, 3).Select(_ => Draw([0, 3, 2, 0, 0], state).Token)];

        Assert.Equal([1, 2, 1], tokens);
    }

    [Fact]
    public void Sample_RepetitionPenalty_CountsThePrompt()
    {
        SamplingState state = new(SamplingParameters.Greedy with { RepetitionPenalty = 2 }, [1], 8);

        Assert.Equal(2, Draw([0, 3, 2, 0, 0], state).Token);
    }

    [Fact]
    public void Sample_Logprobs_AreTheModelsOwnWhateverTheBias()
    {
        SamplingParameters parameters = SamplingParameters.Greedy with
        {
            Logprobs = true,
            TopLogprobs = 2,
            LogitBias = new Dictionary<int, float> { [0] = 50 },
        };

        (int token, float logprob, TokenLogprob[] top) = Draw(Row, parameters);

        double sum = Row.Sum(logit => Math.Exp(logit));
        Assert.Equal(0, token);
        Assert.Equal(1 - Math.Log(sum), logprob, 5);
        Assert.Equal([1, 3], top.Select(alternative => alternative.Token));
        Assert.Equal(3 - Math.Log(sum), top[0].Logprob, 5);
    }

    [Theory]
    [InlineData(0, 1f, 0f)]
    [InlineData(3, 1f, 0f)]
    [InlineData(0, 0.7f, 0f)]
    [InlineData(4, 0.8f, 0f)]
    [InlineData(0, 1f, 0.3f)]
    [InlineData(5, 0.9f, 0.1f)]
    public void Sample_Limits_EqualAFullSort(int topK, float topP, float minP)
    {
        // Logits on a grid: equal ones tie exactly, others differ by more than rounding.
        Gen.Select(Gen.Int[-32, 32].Select(step => step / 4f).Array[5, 40], Gen.Long[0, 1_000_000], Gen.Float[0.2f, 2]).Sample((logits, seed, temperature) =>
        {
            SamplingParameters parameters = new() { TopK = topK, TopP = topP, MinP = minP, Seed = seed, Temperature = temperature };
            double uniform = new SamplingState(parameters, [0], 1).NextUniform();

            Assert.Contains(Draw(logits, parameters).Token, SortedReference(logits, parameters, uniform));
        });
    }

    [Fact]
    public void Sample_WideVocabulary_DrawsFromTheDistribution()
    {
        // Token 0 has half of the mass, the other half lies on a thousand equal tokens far below it.
        float[] logits = new float[1001];
        logits[0] = MathF.Log(1000);
        int first = 0;
        SamplingState state = new(new SamplingParameters { Seed = 3, TopP = 0.999f }, [0], 4000);
        for (int i = 0; i < 4000; i++)
        {
            first += Draw(logits, state).Token == 0 ? 1 : 0;
        }

        Assert.InRange(first, 1850, 2150);
    }

    [Theory]
    [InlineData(0, 1f, 0f)]
    [InlineData(40, 0.95f, 0.05f)]
    public void Sample_SteadyState_AllocatesNothing(int topK, float topP, float minP)
    {
        float[] logits = [.. Enumerable.Range(0, 2000).Select(i => MathF.Sin(i) * 5)];
        float[] row = new float[logits.Length];
        Sampler sampler = new(logits.Length);
        StepResult result = new(1);
        SamplingState state = new(new SamplingParameters { Seed = 1, TopK = topK, TopP = topP, MinP = minP, Logprobs = true, TopLogprobs = 5 }, [0], 100);
        void Once()
        {
            logits.CopyTo(row, 0);
            result.Reset(0);
            sampler.Sample(row, state, 0, result);
        }
        Assert.Equal(0, Allocations.Of(Once, times: 100));
    }

    [Theory]
    [InlineData("temperature")]
    [InlineData("top_k")]
    [InlineData("top_p")]
    [InlineData("min_p")]
    [InlineData("repetition_penalty")]
    [InlineData("presence_penalty")]
    [InlineData("frequency_penalty")]
    [InlineData("top_logprobs")]
    [InlineData("logit_bias")]
    public void FindProblem_AbsurdValue_NamesTheParameter(string parameter)
    {
        SamplingParameters absurd = parameter switch
        {
            "temperature" => new() { Temperature = -1 },
            "top_k" => new() { TopK = -5 },
            "top_p" => new() { TopP = float.NaN },
            "min_p" => new() { MinP = 1.5f },
            "repetition_penalty" => new() { RepetitionPenalty = 0 },
            "presence_penalty" => new() { PresencePenalty = 3 },
            "frequency_penalty" => new() { FrequencyPenalty = float.PositiveInfinity },
            "top_logprobs" => new() { Logprobs = true, TopLogprobs = 21 },
            _ => new() { LogitBias = new Dictionary<int, float> { [100] = 1 } },
        };

        ParameterProblem? problem = SamplingParametersValidator.FindProblem(absurd, vocabularySize: 100);

        Assert.Equal(parameter, problem?.Parameter);
        Assert.Contains("must be", problem!.Message + (parameter == "logit_bias" ? "must be" : ""));
    }

    /// <summary>Sorts everything; gives the tokens on either side of the uniform number where rounding decides between them.</summary>
    private static List<int> SortedReference(float[] logits, SamplingParameters parameters, double uniform)
    {
        // Single precision, as in the sampler: which weights tie is part of the question.
        float max = logits.Max();
        double[] weights = [.. logits.Select(logit => (double)MathF.Exp((logit - max) / parameters.Temperature))];
        List<int> kept = [.. Enumerable.Range(0, logits.Length).Where(token => weights[token] >= parameters.MinP)];
        bool sorted = parameters.TopK > 0 || parameters.TopP < 1;
        if (sorted)
        {
            kept = [.. kept.OrderByDescending(token => weights[token]).ThenBy(token => token)];
            kept = parameters.TopK > 0 ? [.. kept.Take(parameters.TopK)] : kept;
            double target = parameters.TopP * kept.Sum(token => weights[token]);
            double sum = 0;
            kept = [.. kept.TakeWhile(token => sum < target - 1e-6 && (sum += weights[token]) > 0)];
        }
        double total = kept.Sum(token => weights[token]);
        List<int> tokens = [];
        double low = 0;
        foreach (int token in kept)
        {
            double high = low + (weights[token] / total);
            if (uniform >= low - 1e-4 && uniform <= high + 1e-4)
            {
                tokens.Add(token);
            }
            low = high;
        }
        return tokens;
    }

    private static int[] DrawMany(SamplingParameters parameters, int count)
    {
        SamplingState state = new(parameters, [0], count);
        return [.. Enumerable.Range(0, count).Select(_ => Draw(Row, state).Token)];
    }

    private static (int Token, float Logprob, TokenLogprob[] Top) Draw(float[] logits, SamplingParameters parameters) =>
        Draw(logits, new SamplingState(parameters, [0], 8));

    private static (int Token, float Logprob, TokenLogprob[] Top) Draw(float[] logits, SamplingState state)
    {
        StepResult result = new(1);
        result.Reset(0);
        new Sampler(logits.Length).Sample([.. logits], state, 0, result);
        return (result.Samples[0].Token, result.Samples[0].Logprob, result.Alternatives.ToArray());
    }
}
