namespace TokenFactory.Engine.Execution;

/// <summary>A token and the natural logarithm of the probability that the model gave it, before penalties, bias and temperature.</summary>
public readonly record struct TokenLogprob(int Token, float Logprob);

/// <summary>The token sampled for one slice of a step.</summary>
public struct SampledToken
{
    /// <summary>Index of the slice in its plan.</summary>
    public int Slice;

    public int Token;

    /// <summary>Natural logarithm of the token's probability; 0 where the sequence asked for no logprobs.</summary>
    public float Logprob;

    /// <summary>Where the most likely tokens of this row begin in <see cref="StepResult.Alternatives"/>.</summary>
    public int AlternativesOffset;

    /// <summary>How many of them there are: what the sequence asked for.</summary>
    public int AlternativesCount;
}
