using System.Runtime.CompilerServices;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

/// <summary>
/// The device chooses what the engine's own sampler chooses. A draw may differ only where the uniform number lies between two tokens within
/// rounding: both sides take e^x in float, from different libraries, and the device sums integers where the host sums doubles.
/// </summary>
public sealed class SamplingTests(EmulatedDevice device) : KernelTest(device)
{
    // A share of the row's whole weight: a float's last digit, and as much again for e^x.
    private const double WithinRounding = 3e-7;
    private const int Draws = 12;
    private const int DrawsFromMany = 4;

    private static readonly SamplingParameters Seeded = new() { Seed = 20261126 };

    private static readonly Dictionary<string, SamplingParameters> Parameters = new()
    {
        ["plain"] = Seeded,
        ["cold"] = Seeded with { Temperature = 0.3f },
        ["hot"] = Seeded with { Temperature = 1.9f },
        ["top-k 1"] = Seeded with { TopK = 1 },
        ["top-k 2"] = Seeded with { TopK = 2 },
        ["top-k 50"] = Seeded with { TopK = 50, Temperature = 1.5f },
        ["top-k beyond the vocabulary"] = Seeded with { TopK = 1_000_000 },
        ["top-p"] = Seeded with { TopP = 0.9f },
        ["top-p of next to nothing"] = Seeded with { TopP = 1e-6f },
        ["top-p of nearly all"] = Seeded with { TopP = 0.9999f, Temperature = 1.5f },
        ["min-p"] = Seeded with { MinP = 0.05f },
        ["min-p of 1"] = Seeded with { MinP = 1 },
        ["all limits"] = Seeded with { TopK = 40, TopP = 0.8f, MinP = 0.02f, Temperature = 0.8f },
        ["top-p and min-p"] = Seeded with { TopP = 0.95f, MinP = 0.1f, Temperature = 1.2f },
        ["penalties"] = Seeded with { RepetitionPenalty = 1.3f, PresencePenalty = 0.5f, FrequencyPenalty = 0.2f, TopP = 0.9f },
        ["penalties of nothing said before"] = Seeded with { PresencePenalty = -1.5f, FrequencyPenalty = 0.7f },
        ["bias"] = Seeded with { LogitBias = new Dictionary<int, float> { [0] = 4 }, TopK = 5 },
    };

    public static TheoryData<string> Kinds => [.. Parameters.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Launch_Seeded_ChoosesWhatTheHostDoes(string kind)
    {
        int near = 0, all = 0;
        foreach (int vocabulary in new[] { 1, 31, 256, 32000 })
        {
            int draws = vocabulary > 1000 ? DrawsFromMany : Draws;
            near += CountNear(new SamplingCase(Parameters[kind], vocabulary, [0, vocabulary - 1, vocabulary / 2]), vocabulary, draws);
            all += draws;
        }
        Assert.True(near <= 1, $"{kind}: {near} of {all} draws fell between two tokens within rounding");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Launch_LargeVocabulary_ChoosesWhatTheHostDoes(string kind)
    {
        const int Vocabulary = 151936;
        Assert.True(CountNear(new SamplingCase(Parameters[kind], Vocabulary, [5, 151935]), 3, 2) <= 1, kind);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(256)]
    [InlineData(32000)]
    [InlineData(151936)]
    public void Launch_Greedy_ChoosesTheLargestAlways(int vocabulary)
    {
        SamplingParameters greedy = SamplingParameters.Greedy with { RepetitionPenalty = 1.2f, FrequencyPenalty = 0.1f };
        Assert.Equal(0, CountNear(new SamplingCase(SamplingParameters.Greedy, vocabulary, []), vocabulary, 3));
        Assert.Equal(0, CountNear(new SamplingCase(greedy, vocabulary, [0]), vocabulary, 3));
    }

    [Fact]
    public void Launch_GreedyWithEquals_ChoosesTheLowest()
    {
        float[] logits = new float[3000];
        logits[1500] = logits[1501] = logits[2999] = 1;
        Assert.Equal(1500, Run([new SamplingCase(SamplingParameters.Greedy, 3000, [])], logits)[0].Token);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    public void Launch_Logprobs_AreTheModelsOwn(int top)
    {
        SamplingParameters wanted = Seeded with { Logprobs = true, TopLogprobs = top, PresencePenalty = 1, LogitBias = new Dictionary<int, float> { [3] = 5, [17] = -100 } };
        foreach (int vocabulary in new[] { 31, 32000 })
        {
            float[] logits = Logits(vocabulary, vocabulary);
            SamplingCase its = new(wanted, vocabulary, []);
            SamplingRecord got = Run([its], logits)[0];
            (SampledToken sample, TokenLogprob[] alternatives, _) = its.Next(logits);

            Assert.Equal(sample.Token, got.Token);
            // A float's rounding at the size of a logit, over a sum in float.
            Assert.Equal(sample.Logprob, got.Logprob, 1e-4f);
            Assert.Equal(Math.Min(top, vocabulary), got.TopCount);
            for (int i = 0; i < got.TopCount; i++)
            {
                Assert.Equal(alternatives[i].Token, got.TopTokens[i]);
                Assert.Equal(alternatives[i].Logprob, got.TopLogprobs[i], 1e-4f);
            }
        }
    }

    [Theory]
    [InlineData(0f, 0)]
    [InlineData(1f, 0)]
    [InlineData(1f, 3)]
    public void Launch_Mask_ChoosesWhatItAllows(float temperature, int topK)
    {
        foreach (int vocabulary in new[] { 33, 32000 })
        {
            bool[] allowed = new bool[vocabulary];
            foreach (int token in new[] { 1, 8, vocabulary - 1, vocabulary / 2 })
            {
                allowed[token] = true;
            }
            Assert.Equal(0, CountNear(new SamplingCase(Seeded with { Temperature = temperature, TopK = topK }, vocabulary, [], allowed), vocabulary, 6));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Launch_LogitThatIsNoNumber_IsFlagged(float bad)
    {
        float[] logits = [.. Logits(1, 1000), .. Logits(2, 1000)];
        logits[1999] = bad;
        SamplingCase[] cases = [new(Seeded, 1000, []), new(Seeded with { Logprobs = true, TopLogprobs = 3 }, 1000, [])];

        SamplingRecord[] got = Run(cases, logits);

        Assert.Equal([0, 1], got.Select(record => record.Bad));
        Assert.Equal(cases[0].Next(logits.AsSpan(0, 1000)).Sample.Token, got[0].Token);
        Assert.Equal(0, got[1].TopCount);
    }

    [Fact]
    public void Launch_RowsOfManySequences_KeepTheirOwn()
    {
        const int Vocabulary = 700;
        SamplingCase[] cases = [.. Enumerable.Range(0, 5).Select(i => new SamplingCase(Seeded with { Seed = i, TopK = i * 7, Logprobs = i % 2 == 0, TopLogprobs = i }, Vocabulary, []))];
        float[] logits = [.. Enumerable.Range(0, 5).SelectMany(i => Logits(i, Vocabulary))];

        SamplingRecord[] got = Run(cases, logits);

        Assert.Equal(cases.Select((its, i) => its.Next(logits.AsSpan(i * Vocabulary, Vocabulary)).Sample.Token), got.Select(record => record.Token));
    }

    [Fact]
    public void Records_InManagedMemory_HaveTheirSizes()
    {
        Assert.Equal(88, Unsafe.SizeOf<SamplingSettings>());
        Assert.Equal(176, Unsafe.SizeOf<SamplingRecord>());
    }

    /// <summary>Draws on both sides; returns how often they differ, and fails where rounding does not explain it.</summary>
    private int CountNear(SamplingCase its, int seed, int draws)
    {
        using SamplingKernel kernel = new(Loader(false));
        int vocabulary = its.Vocabulary, near = 0;
        DeviceMemory settings = Put([its.Settings(Put)]), memory = Room<float>(vocabulary), raw = Room<float>(vocabulary), tokens = Room<int>(1), record = Room<SamplingRecord>(1);
        nint held = Put([0]).Value;
        List<int> generated = [];
        for (int draw = 0; draw < draws; draw++)
        {
            float[] logits = Logits((seed * 100) + draw, vocabulary);
            memory.Write<float>(logits, Stream);
            Emulator.Seed((ulong)(seed + draw));
            kernel.Launch(memory.Value, raw.Value, settings.Value, held, tokens.Value, record.Value, 1, vocabulary, Stream);
            SamplingRecord got = Get<SamplingRecord>(record, 1)[0];
            (SampledToken sample, _, double uniform) = its.Next(logits);
            Assert.Equal(0, got.Bad);
            Assert.Equal(got.Token, Get<int>(tokens, 1)[0]);
            if (got.Token != sample.Token)
            {
                AssertNear(its, its.Adjusted(logits, generated), uniform, got.Token, sample.Token);
                near++;
                // From here on the two have said different things.
                return near;
            }
            generated.Add(sample.Token);
        }
        Assert.Equal(draws, Get<SamplingSettings>(settings, 1)[0].Drawn);
        return near;
    }

    /// <summary>Fails unless the uniform number lies, within rounding, where the device's token begins or ends.</summary>
    private static void AssertNear(SamplingCase its, double[] adjusted, double uniform, int got, int wanted)
    {
        SamplingParameters parameters = its.Parameters;
        Assert.True(got >= 0 && got < its.Vocabulary && parameters.Temperature > 0, $"the device chose {got}, and should {wanted}");
        double largest = adjusted.Max();
        double[] weights = [.. adjusted.Select(logit => Math.Exp((logit - largest) / parameters.Temperature))];
        int[] tokens = [.. Enumerable.Range(0, weights.Length).Where(token => weights[token] >= parameters.MinP * (1 - 1e-6))];
        bool isSorted = parameters.TopK > 0 || parameters.TopP < 1;
        if (isSorted)
        {
            tokens = [.. tokens.OrderByDescending(token => weights[token]).Take(parameters.TopK > 0 ? parameters.TopK : int.MaxValue)];
        }
        double all = tokens.Sum(token => weights[token]), kept = 0;
        int end = 0;
        while (end < tokens.Length && (end == 0 || !isSorted || kept < parameters.TopP * all))
        {
            kept += weights[tokens[end++]];
        }
        double target = uniform * kept, before = 0;
        for (int i = 0; i < tokens.Length && tokens[i] != got; i++)
        {
            before += weights[tokens[i]];
        }
        double away = Math.Max(before - target, target - before - weights[got]);
        // Sorted tokens whose weights are one float may change places.
        double places = isSorted ? tokens.Where(token => Math.Abs((weights[token] / weights[got]) - 1) < 1e-6).Sum(token => weights[token]) : 0;
        Assert.True(away <= (WithinRounding * all) + places, $"the device chose {got}, and should {wanted}: {away / all} of all away");
    }

    private SamplingRecord[] Run(SamplingCase[] cases, float[] logits)
    {
        int rows = cases.Length, vocabulary = logits.Length / rows;
        using SamplingKernel kernel = new(Loader(false));
        // Sequences hold other rows than those of the step: here in reverse, after one of nobody.
        SamplingSettings[] settings = [default, .. cases.Reverse().Select(its => its.Settings(Put))];
        int[] held = [.. Enumerable.Range(0, rows).Select(row => rows - row)];
        DeviceMemory memory = Put(logits), raw = Room<float>(logits.Length), tokens = Room<int>(rows + 1), records = Room<SamplingRecord>(rows);

        kernel.Launch(memory.Value, raw.Value, Put(settings).Value, Put(held).Value, tokens.Value, records.Value, rows, vocabulary, Stream);

        SamplingRecord[] got = Get<SamplingRecord>(records, rows);
        int[] chosen = Get<int>(tokens, rows + 1);
        Assert.All(Enumerable.Range(0, rows), row => Assert.Equal(got[row].Token, chosen[held[row]]));
        return got;
    }

    /// <summary>A peaked row with some equal logits.</summary>
    private static float[] Logits(int seed, int vocabulary)
    {
        Random random = new(seed);
        float[] logits = new float[vocabulary];
        for (int token = 0; token < vocabulary; token++)
        {
            logits[token] = (float)(2.5 * Elements.Normal(random));
        }
        for (int equal = 0; equal < vocabulary / 20; equal++)
        {
            logits[random.Next(vocabulary)] = logits[random.Next(vocabulary)];
        }
        return logits;
    }
}
