namespace TokenFactory.Engine.Execution;

/// <summary>A token and the natural logarithm of the probability that the model gave it, before penalties, bias and temperature.</summary>
public readonly record struct TokenLogprob(int Token, float Logprob);

/// <summary>A token sampled for a slice of a step.</summary>
public struct SampledToken
{
    /// <summary>Stands for the token of a row in which the model computed something that is no number.</summary>
    public const int NotANumber = -1;

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
