using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>What turns the scores of a row with a tile into weights, all relative to the largest score so far.</summary>
internal readonly unsafe struct OnlineSoftmax
{
    /// <summary>Stands for the largest of no scores: any score is above it, and the difference of two of it is 0.</summary>
    public const float None = -1e30f;

    private const int Lanes = KvPoolLayout.Lanes;

    private readonly AttentionScratch _scratch;
    private readonly int _padded;
    private readonly float _softCap;
    private readonly float _queryUnit;
    private readonly float _resultUnit;
    private readonly bool _hasScales;

    public OnlineSoftmax(in AttentionArguments args, in AttentionScratch scratch, float queryUnit, float resultUnit, bool hasScales)
    {
        (_scratch, _padded, _softCap) = (scratch, args.Layout.PaddedHead, args.SoftCap);
        (_queryUnit, _resultUnit, _hasScales) = (queryUnit, resultUnit, hasScales);
    }

    /// <summary>Makes weights of a row's scores and multiplies what the row has so far by what the new largest score makes of it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="from">First place of the tile that the row sees.</param>
    /// <param name="to">One behind the last; from <paramref name="to"/> on and before <paramref name="from"/> weights are 0.</param>
    public void Run(int row, int from, int to)
    {
        float* scores = _scratch.Scores + ((long)row * AttentionScratch.Tile);
        Vector512<float> a = Score(scores, 0), b = Score(scores, 1), c = Score(scores, 2), d = Score(scores, 3);
        if (from > 0 || to < AttentionScratch.Tile)
        {
            (a, b, c, d) = (Mask(a, 0, from, to), Mask(b, 1, from, to), Mask(c, 2, from, to), Mask(d, 3, from, to));
        }
        float before = _scratch.Largest[row];
        float largest = Math.Max(before, Largest(Vector512.MaxNative(Vector512.MaxNative(a, b), Vector512.MaxNative(c, d))));
        Vector512<float> offset = Vector512.Create(largest);
        a = VectorMath.ExpOfNegative(a - offset);
        b = VectorMath.ExpOfNegative(b - offset);
        c = VectorMath.ExpOfNegative(c - offset);
        d = VectorMath.ExpOfNegative(d - offset);
        float* totals = _scratch.Totals + ((long)row * Lanes);
        Vector512<float> total = Vector512.Load(totals);
        if (largest != before)
        {
            Vector512<float> factor = VectorMath.ExpOfNegative(Vector512.Create(before - largest));
            total *= factor;
            Multiply(row, factor);
            _scratch.Largest[row] = largest;
        }
        (total + ((a + b) + (c + d))).Store(totals);
        StoreWeight(scores, 0, a);
        StoreWeight(scores, 1, b);
        StoreWeight(scores, 2, c);
        StoreWeight(scores, 3, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> Score(float* scores, int group)
    {
        Vector512<float> score = Vector512.Load(scores + (group * Lanes)) * Vector512.Create(_resultUnit);
        if (_hasScales)
        {
            score *= Vector512.Load(_scratch.KeyScales + (group * Lanes));
        }
        return _softCap > 0 ? VectorMath.Tanh(score / Vector512.Create(_softCap)) * Vector512.Create(_softCap) : score;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mask(Vector512<float> scores, int group, int from, int to)
    {
        Vector512<int> places = Vector512<int>.Indices + Vector512.Create(group * Lanes);
        Vector512<int> seen = Vector512.GreaterThanOrEqual(places, Vector512.Create(from)) & Vector512.LessThan(places, Vector512.Create(to));
        return Vector512.ConditionalSelect(seen.AsSingle(), scores, Vector512.Create(float.NegativeInfinity));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector512<float> numbers)
    {
        Vector256<float> eight = Vector256.MaxNative(numbers.GetLower(), numbers.GetUpper());
        Vector128<float> four = Vector128.MaxNative(eight.GetLower(), eight.GetUpper());
        four = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreWeight(float* scores, int group, Vector512<float> weight)
    {
        weight *= Vector512.Create(_queryUnit);
        if (_hasScales)
        {
            weight *= Vector512.Load(_scratch.ValueScales + (group * Lanes));
        }
        weight.Store(scores + (group * Lanes));
    }

    private void Multiply(int row, Vector512<float> factor)
    {
        float* sums = _scratch.Sums + ((long)row * _padded);
        for (int i = 0; i < _padded; i += Lanes)
        {
            (Vector512.Load(sums + i) * factor).Store(sums + i);
        }
    }
}
