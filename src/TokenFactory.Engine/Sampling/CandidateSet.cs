using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Sampling;

/// <summary>
/// Draws from a row of logits under temperature, min-p, top-k and top-p, in that order. Only tokens near the most likely one are
/// gathered and sorted: the window widens until it provably holds every token that the limits keep, so the result is that of a full sort.
/// </summary>
internal sealed class CandidateSet(int vocabularySize)
{
    private const double FirstWindow = 4;

    /// <summary>Tokens whose weights are summed at once while the drawn one is looked for.</summary>
    private const int BlockTokens = 4096;

    private readonly float[] _weights = new float[vocabularySize];
    private readonly float[] _keys = new float[vocabularySize];
    private readonly int[] _tokens = new int[vocabularySize];
    private float[]? _row;

    /// <summary>Keeps a copy of a row that is about to be changed.</summary>
    public Span<float> CopyRow(ReadOnlySpan<float> logits)
    {
        _row ??= new float[logits.Length];
        logits.CopyTo(_row);
        return _row;
    }

    /// <summary>Draws a token; the state's next uniform number decides. Not a number where the largest logit is none.</summary>
    public int Draw(ReadOnlySpan<float> logits, SamplingState state)
    {
        SamplingParameters parameters = state.Parameters;
        float max = TensorPrimitives.Max(logits);
        if (!float.IsFinite(max))
        {
            return SampledToken.NotANumber;
        }
        Span<float> weights = _weights.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, max, weights);
        TensorPrimitives.Divide(weights, parameters.Temperature, weights);
        TensorPrimitives.Exp<float>(weights, weights);
        double uniform = state.NextUniform();
        return parameters.TopK == 0 && parameters.TopP >= 1
            ? DrawFromAll(weights, parameters.MinP, uniform)
            : DrawFromBest(weights, parameters, uniform);
    }

    private static int DrawFromAll(ReadOnlySpan<float> weights, float minP, double uniform)
    {
        double left = uniform * SumOfKept(weights, minP);
        int last = 0;
        for (int start = 0; start < weights.Length; start += BlockTokens)
        {
            ReadOnlySpan<float> block = weights.Slice(start, Math.Min(BlockTokens, weights.Length - start));
            double mass = SumOfBlock(block, minP);
            if (left >= mass && start + BlockTokens < weights.Length)
            {
                left -= mass;
                continue;
            }
            for (int i = 0; i < block.Length; i++)
            {
                if (block[i] < minP || block[i] == 0)
                {
                    continue;
                }
                last = start + i;
                left -= block[i];
                if (left < 0)
                {
                    return last;
                }
            }
        }
        // What rounding left over belongs to the last token that is kept.
        return last > 0 ? last : LastKept(weights, minP);
    }

    private static int LastKept(ReadOnlySpan<float> weights, float minP)
    {
        int token = weights.Length - 1;
        while (token > 0 && (weights[token] < minP || weights[token] == 0))
        {
            token--;
        }
        return token;
    }

    private int DrawFromBest(ReadOnlySpan<float> weights, SamplingParameters parameters, double uniform)
    {
        int count = GatherBest(weights, parameters);
        double kept = 0;
        double mass = parameters.TopK > 0 ? SumOfGathered(Math.Min(count, parameters.TopK)) : SumOfKept(weights, parameters.MinP);
        int most = parameters.TopK > 0 ? Math.Min(count, parameters.TopK) : count;
        int end = 0;
        while (end < most && (end == 0 || kept < parameters.TopP * mass))
        {
            kept -= _keys[end++];
        }

        double left = uniform * kept;
        for (int i = 0; i < end; i++)
        {
            left += _keys[i];
            if (left < 0)
            {
                return _tokens[i];
            }
        }
        return _tokens[end - 1];
    }

    /// <summary>Gathers and sorts, by falling weight, a set of tokens that top-k or top-p cannot reach beyond. Keys are negated weights.</summary>
    private int GatherBest(ReadOnlySpan<float> weights, SamplingParameters parameters)
    {
        double target = parameters.TopK > 0 ? double.PositiveInfinity : parameters.TopP * SumOfKept(weights, parameters.MinP);
        for (double window = FirstWindow; ; window *= 2)
        {
            float least = Math.Max(parameters.MinP, (float)Math.Exp(-window));
            bool whole = least <= parameters.MinP || least == 0;
            int count = 0;
            double mass = 0;
            for (int token = NextAtLeast(weights, 0, least); token < weights.Length; token = NextAtLeast(weights, token + 1, least))
            {
                _keys[count] = -weights[token];
                _tokens[count++] = token;
                mass += weights[token];
            }
            if (whole || (parameters.TopK > 0 && count >= parameters.TopK) || mass >= target)
            {
                SortByKeyThenToken(count);
                return count;
            }
        }
    }

    /// <summary>The first token from <paramref name="token"/> on whose weight is at least <paramref name="least"/>; the length where there is none.</summary>
    private static int NextAtLeast(ReadOnlySpan<float> weights, int token, float least)
    {
        Vector512<float> bound = Vector512.Create(least);
        for (; token <= weights.Length - Vector512<float>.Count; token += Vector512<float>.Count)
        {
            ulong found = Vector512.GreaterThanOrEqual(Vector512.Create(weights.Slice(token, Vector512<float>.Count)), bound).ExtractMostSignificantBits();
            if (found != 0)
            {
                return token + BitOperations.TrailingZeroCount(found);
            }
        }
        while (token < weights.Length && weights[token] < least)
        {
            token++;
        }
        return token;
    }

    private void SortByKeyThenToken(int count)
    {
        // Span.Sort with items is not stable: runs of equal weights are put back in token order, so that ties do not depend on the sort.
        _keys.AsSpan(0, count).Sort(_tokens.AsSpan(0, count));
        for (int start = 0; start < count;)
        {
            int end = start + 1;
            while (end < count && _keys[end] == _keys[start])
            {
                end++;
            }
            if (end - start > 1)
            {
                _tokens.AsSpan(start, end - start).Sort();
            }
            start = end;
        }
    }

    private double SumOfGathered(int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum -= _keys[i];
        }
        return sum;
    }

    private static double SumOfKept(ReadOnlySpan<float> weights, float minP)
    {
        double sum = 0;
        for (int start = 0; start < weights.Length; start += BlockTokens)
        {
            sum += SumOfBlock(weights.Slice(start, Math.Min(BlockTokens, weights.Length - start)), minP);
        }
        return sum;
    }

    /// <summary>Weights lie in [0, 1], so that a block's sum in float32 lanes loses nothing that a draw could show.</summary>
    private static double SumOfBlock(ReadOnlySpan<float> block, float minP)
    {
        Vector512<float> least = Vector512.Create(minP);
        Vector512<float> sums = Vector512<float>.Zero;
        int i = 0;
        for (; i <= block.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> weights = Vector512.Create(block.Slice(i, Vector512<float>.Count));
            sums += Vector512.GreaterThanOrEqual(weights, least) & weights;
        }
        double sum = Vector512.Sum(sums);
        for (; i < block.Length; i++)
        {
            sum += block[i] >= minP ? block[i] : 0;
        }
        return sum;
    }
}
