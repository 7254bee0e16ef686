using System.Numerics.Tensors;
using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Sampling;

/// <summary>
/// Chooses a token from a row of logits on the CPU. Holds scratch memory for one vocabulary and serves one thread; a call allocates
/// nothing once the scratch has grown to its use.
/// </summary>
public sealed class Sampler
{
    private readonly CandidateSet _candidates;
    private readonly uint[] _mask;
    private readonly int[] _topTokens = new int[SamplingParameters.MostTopLogprobs];

    /// <param name="vocabularySize">Length of every row of logits.</param>
    public Sampler(int vocabularySize)
    {
        _candidates = new CandidateSet(vocabularySize);
        _mask = new uint[(vocabularySize + 31) / 32];
    }

    /// <summary>
    /// Samples slice <paramref name="slice"/> into <paramref name="result"/> and advances <paramref name="state"/>. Where the largest logit
    /// is no finite number the token is <see cref="SampledToken.NotANumber"/>, and the state stays.
    /// </summary>
    /// <param name="logits">Shape [vocabulary]; changed in place by bias, penalties and a mask.</param>
    public void Sample(Span<float> logits, SamplingState state, int slice, StepResult result)
    {
        SamplingParameters parameters = state.Parameters;
        float logSum = 0;
        int topCount = 0;
        if (parameters.Logprobs)
        {
            // Reported probabilities are the model's own, so they are taken before bias, penalties and a mask change the row.
            logSum = LogSumExp(logits);
            topCount = TopTokens.Find(logits, _topTokens.AsSpan(0, Math.Min(parameters.TopLogprobs, logits.Length)));
        }

        Span<TokenLogprob> top = stackalloc TokenLogprob[topCount];
        for (int i = 0; i < topCount; i++)
        {
            top[i] = new TokenLogprob(_topTokens[i], logits[_topTokens[i]] - logSum);
        }

        int token = parameters.Logprobs ? ChooseKeepingRow(logits, state, logSum, out float logprob) : Choose(logits, state, out logprob);
        if (token == SampledToken.NotANumber)
        {
            result.Add(slice, token, logprob: 0);
            return;
        }
        state.Accept(token);
        result.Add(slice, token, logprob);
        foreach (TokenLogprob alternative in top)
        {
            result.AddAlternative(alternative);
        }
    }

    private int Choose(Span<float> logits, SamplingState state, out float logprob)
    {
        logprob = 0;
        LogitAdjustments.Apply(logits, state);
        if (state.IsConstrained)
        {
            state.FillMask(_mask);
            LogitAdjustments.ApplyMask(logits, _mask);
        }
        if (state.Parameters.Temperature > 0)
        {
            return _candidates.Draw(logits, state);
        }
        // A row that holds NaN has it for its largest.
        int best = TensorPrimitives.IndexOfMax<float>(logits);
        return float.IsFinite(logits[best]) ? best : SampledToken.NotANumber;
    }

    private int ChooseKeepingRow(Span<float> logits, SamplingState state, float logSum, out float logprob)
    {
        if (!LogitAdjustments.Needed(state))
        {
            int plain = Choose(logits, state, out _);
            logprob = plain < 0 ? 0 : logits[plain] - logSum;
            return plain;
        }

        Span<float> raw = _candidates.CopyRow(logits);
        int token = Choose(logits, state, out _);
        logprob = token < 0 ? 0 : raw[token] - logSum;
        return token;
    }

    private static float LogSumExp(ReadOnlySpan<float> logits)
    {
        Span<float> chunk = stackalloc float[1024];
        float max = TensorPrimitives.Max(logits);
        double sum = 0;
        for (int start = 0; start < logits.Length; start += chunk.Length)
        {
            ReadOnlySpan<float> part = logits.Slice(start, Math.Min(chunk.Length, logits.Length - start));
            Span<float> powers = chunk[..part.Length];
            TensorPrimitives.Subtract(part, max, powers);
            TensorPrimitives.Exp<float>(powers, powers);
            sum += TensorPrimitives.Sum<float>(powers);
        }
        return max + (float)Math.Log(sum);
    }
}
