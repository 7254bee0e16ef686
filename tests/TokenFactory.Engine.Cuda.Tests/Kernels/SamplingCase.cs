using System.Runtime.InteropServices;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Cuda.Tests.Kernels;

/// <summary>A sequence that samples on both sides: the engine's own sampler, and what the device gets to do the same.</summary>
internal sealed class SamplingCase
{
    private readonly SamplingState _state;
    private readonly Sampler _sampler;
    private readonly StepResult _result = new(1);

    /// <param name="parameters">How it samples.</param>
    /// <param name="vocabulary">Length of a row.</param>
    /// <param name="prompt">Tokens that a repetition penalty counts.</param>
    /// <param name="allowed">Tokens that a grammar allows; null for all.</param>
    public SamplingCase(SamplingParameters parameters, int vocabulary, int[] prompt, bool[]? allowed = null)
    {
        (Parameters, Vocabulary, Prompt, Allowed) = (parameters, vocabulary, prompt, allowed);
        _state = new SamplingState(parameters, prompt, 100);
        _sampler = new Sampler(vocabulary);
    }

    public SamplingParameters Parameters { get; }

    public int Vocabulary { get; }

    public int[] Prompt { get; }

    public bool[]? Allowed { get; }

    /// <summary>What the engine's sampler chooses next, and by which uniform number.</summary>
    public (SampledToken Sample, TokenLogprob[] Top, double Uniform) Next(ReadOnlySpan<float> logits)
    {
        double uniform = _state.NextUniform();
        float[] row = logits.ToArray();
        if (Allowed is not null)
        {
            // The engine's sampler knows no grammar; a logit that no number can lift does the same.
            for (int token = 0; token < row.Length; token++)
            {
                row[token] = Allowed[token] ? row[token] : float.NegativeInfinity;
            }
        }
        _result.Reset(0);
        _sampler.Sample(row, _state, 0, _result);
        return (_result.Samples[0], _result.Alternatives.ToArray(), uniform);
    }

    /// <summary>The row after bias, penalties and mask for tokens generated so far.</summary>
    public double[] Adjusted(ReadOnlySpan<float> logits, IReadOnlyList<int> generated)
    {
        double[] row = [.. logits.ToArray().Select(logit => (double)logit)];
        foreach ((int token, float bias) in Parameters.LogitBias ?? new Dictionary<int, float>())
        {
            row[token] += bias;
        }
        for (int token = 0; token < row.Length; token++)
        {
            int count = generated.Count(one => one == token);
            if (Parameters.RepetitionPenalty != 1 && (count > 0 || Prompt.Contains(token)))
            {
                row[token] = row[token] > 0 ? row[token] / Parameters.RepetitionPenalty : row[token] * Parameters.RepetitionPenalty;
            }
            row[token] -= count > 0 ? Parameters.PresencePenalty + (Parameters.FrequencyPenalty * count) : 0;
            row[token] = Allowed is null || Allowed[token] ? row[token] : double.NegativeInfinity;
        }
        return row;
    }

    /// <summary>Its settings, with what they name put into device memory.</summary>
    public SamplingSettings Settings(Func<byte[], DeviceMemory> put) => new()
    {
        Temperature = Parameters.Temperature,
        MinP = Parameters.MinP,
        TopP = Parameters.TopP,
        RepetitionPenalty = Parameters.RepetitionPenalty,
        PresencePenalty = Parameters.PresencePenalty,
        FrequencyPenalty = Parameters.FrequencyPenalty,
        TopK = Parameters.TopK,
        Logprobs = Parameters.Logprobs ? Parameters.TopLogprobs : -1,
        Seed = (ulong)(Parameters.Seed ?? 0),
        BiasCount = Parameters.LogitBias?.Count ?? 0,
        BiasTokens = Parameters.LogitBias is { } tokens ? put(Bytes([.. tokens.Keys])).Value : 0,
        BiasValues = Parameters.LogitBias is { } values ? put(Bytes([.. values.Values])).Value : 0,
        Generated = Parameters.HasPenalties ? put(new byte[2 * Vocabulary]).Value : 0,
        Prompt = Parameters.RepetitionPenalty != 1 ? put(Bits(token => Prompt.Contains(token))).Value : 0,
        Mask = Allowed is { } allowed ? put(Bits(token => allowed[token])).Value : 0,
    };

    private static byte[] Bytes<T>(T[] numbers)
        where T : unmanaged => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();

    // Bits beyond the vocabulary are set, as a careless host might.
    private byte[] Bits(Func<int, bool> isSet)
    {
        uint[] words = new uint[(Vocabulary + 31) / 32];
        for (int token = 0; token < 32 * words.Length; token++)
        {
            words[token / 32] |= token >= Vocabulary || isSet(token) ? 1u << (token % 32) : 0;
        }
        return Bytes(words);
    }
}
