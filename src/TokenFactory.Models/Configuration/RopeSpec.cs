using System.Collections.Immutable;

namespace TokenFactory.Models.Configuration;

/// <summary>
/// Rotary position embedding over the first <see cref="RotaryDimensions"/> of each head, in the "half" layout: dimension i is paired
/// with i + RotaryDimensions / 2.
/// </summary>
/// <param name="Theta">Base of the geometric series of frequencies.</param>
/// <param name="RotaryDimensions">Rotated dimensions of a head; the rest pass unchanged. Even.</param>
/// <param name="Scaling">How the frequencies are stretched beyond the trained length; null: not.</param>
public sealed record RopeSpec(double Theta, int RotaryDimensions, RopeScaling? Scaling = null)
{
    /// <summary>Angle per position of each pair, [RotaryDimensions / 2], for a run whose longest context is <paramref name="context"/>.</summary>
    public double[] InverseFrequencies(int context)
    {
        double[] frequencies = new double[RotaryDimensions / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = Math.Pow(Theta, -2.0 * i / RotaryDimensions);
        }
        Scaling?.Apply(frequencies, this, context);
        return frequencies;
    }

    /// <summary>Cosine and sine of every position and pair, position by position, the attention factor multiplied in.</summary>
    public IEnumerable<(float Cosine, float Sine)> Rotations(int positions)
    {
        double[] frequencies = InverseFrequencies(positions);
        for (int position = 0; position < positions; position++)
        {
            foreach (double frequency in frequencies)
            {
                (double sine, double cosine) = Math.SinCos(position * frequency);
                yield return ((float)(cosine * AttentionFactor), (float)(sine * AttentionFactor));
            }
        }
    }

    /// <summary>Factor on both cosine and sine.</summary>
    public double AttentionFactor => Scaling?.AttentionFactor ?? 1;
}

/// <summary>A stretching of RoPE frequencies. Each kind rewrites the frequencies in place.</summary>
public abstract record RopeScaling
{
    /// <summary>Factor on both cosine and sine; 1 for most kinds.</summary>
    public virtual double AttentionFactor => 1;

    internal abstract void Apply(Span<double> frequencies, RopeSpec rope, int context);
}

/// <summary>Position interpolation: every frequency divided by <paramref name="Factor"/> (Chen et al. 2023, arXiv:2306.15595).</summary>
public sealed record LinearRopeScaling(double Factor) : RopeScaling
{
    internal override void Apply(Span<double> frequencies, RopeSpec rope, int context)
    {
        foreach (ref double frequency in frequencies)
        {
            frequency /= Factor;
        }
    }
}

/// <summary>
/// Llama 3.1's scaling: long wavelengths are divided by the factor, short ones stay, those between are blended
/// (The Llama 3 Herd of Models, and the reference code published with it).
/// </summary>
public sealed record Llama3RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions) : RopeScaling
{
    internal override void Apply(Span<double> frequencies, RopeSpec rope, int context)
    {
        foreach (ref double frequency in frequencies)
        {
            double turns = OriginalMaxPositions * frequency / (2 * Math.PI);
            double kept = Math.Clamp((turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
            frequency = (kept * frequency) + ((1 - kept) * frequency / Factor);
        }
    }
}

/// <summary>
/// YaRN (Peng et al. 2023, arXiv:2309.00071): frequencies that turn more than <paramref name="BetaFast"/> times within the original
/// length stay, those under <paramref name="BetaSlow"/> are divided by the factor, a linear ramp over the dimensions lies between.
/// </summary>
/// <param name="Factor">New length / original length.</param>
/// <param name="BetaFast">Turns above which nothing changes.</param>
/// <param name="BetaSlow">Turns below which the factor applies fully.</param>
/// <param name="OriginalMaxPositions">Length of the training.</param>
/// <param name="Attention">Factor on cosine and sine.</param>
/// <param name="Truncate">The ramp's ends are rounded to whole dimensions.</param>
public sealed record YarnRopeScaling(
    double Factor, double BetaFast, double BetaSlow, int OriginalMaxPositions, double Attention, bool Truncate = true) : RopeScaling
{
    public override double AttentionFactor => Attention;

    /// <summary>The factor where the configuration gives none: 0.1 · ln(factor) + 1.</summary>
    public static double DefaultAttentionFactor(double factor, double mscale = 1) => factor <= 1 ? 1 : (0.1 * mscale * Math.Log(factor)) + 1;

    internal override void Apply(Span<double> frequencies, RopeSpec rope, int context)
    {
        double low = RampEnd(BetaFast, rope);
        double high = RampEnd(BetaSlow, rope);
        if (Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }
        low = Math.Max(low, 0);
        high = Math.Min(high, rope.RotaryDimensions - 1);
        double span = Math.Max(high - low, 0.001);
        for (int i = 0; i < frequencies.Length; i++)
        {
            double interpolated = Math.Clamp((i - low) / span, 0, 1);
            frequencies[i] = (frequencies[i] * (1 - interpolated)) + (frequencies[i] / Factor * interpolated);
        }
    }

    // The (fractional) dimension whose frequency makes that many turns within the original length.
    private double RampEnd(double turns, RopeSpec rope) =>
        rope.RotaryDimensions * Math.Log(OriginalMaxPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(rope.Theta));
}

/// <summary>
/// LongRoPE of Phi-3 (Ding et al. 2024, arXiv:2402.13753): every frequency has its own divisor, one set for runs within the original
/// length and one for longer ones. A run uses one set throughout, chosen by its longest context, so that cached keys stay valid.
/// </summary>
public sealed record LongRopeScaling(
    ImmutableArray<double> ShortFactors, ImmutableArray<double> LongFactors, int OriginalMaxPositions, double Attention) : RopeScaling
{
    public override double AttentionFactor => Attention;

    internal override void Apply(Span<double> frequencies, RopeSpec rope, int context)
    {
        ImmutableArray<double> divisors = context > OriginalMaxPositions ? LongFactors : ShortFactors;
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] /= divisors[i];
        }
    }

    public bool Equals(LongRopeScaling? other) =>
        other is not null && ShortFactors.SequenceEqual(other.ShortFactors) && LongFactors.SequenceEqual(other.LongFactors)
        && OriginalMaxPositions == other.OriginalMaxPositions && Attention.Equals(other.Attention);

    public override int GetHashCode() => HashCode.Combine(ShortFactors.Length, OriginalMaxPositions, Attention);
}
