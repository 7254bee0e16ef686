using System.Security.Cryptography;
using TokenFactory.Engine.Constraints;

namespace TokenFactory.Engine.Sampling;

/// <summary>
/// A sequence's parameters and what sampling has to remember of it: which tokens occurred, and how many were drawn. Written by the
/// thread that computes its steps, one step at a time.
/// </summary>
public sealed class SamplingState
{
    private readonly Dictionary<int, int>? _generatedCounts;
    private readonly HashSet<int>? _promptTokens;
    private readonly ConstraintState? _constraint;

    /// <param name="parameters">Checked parameters.</param>
    /// <param name="prompt">The prompt's tokens; read only where a repetition penalty needs them.</param>
    /// <param name="maxNewTokens">Most tokens that will be generated, for sizing.</param>
    /// <param name="constraint">What the generated text has to satisfy; null for nothing.</param>
    public SamplingState(SamplingParameters parameters, ReadOnlySpan<int> prompt, int maxNewTokens, TokenConstraint? constraint = null)
        : this(
            parameters, prompt, maxNewTokens, parameters.Seed is { } seed ? (ulong)seed : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
            constraint?.CreateState())
    {
    }

    private SamplingState(SamplingParameters parameters, ReadOnlySpan<int> prompt, int maxNewTokens, ulong seed, ConstraintState? constraint)
    {
        Parameters = parameters;
        _constraint = constraint;
        // The first mask is made while the prompt waits and is computed.
        constraint?.BeginMask();
        Seed = seed;
        if (parameters.HasPenalties)
        {
            _generatedCounts = new Dictionary<int, int>(Math.Min(maxNewTokens, 1024));
        }
        if (parameters.RepetitionPenalty != 1)
        {
            _promptTokens = new HashSet<int>(prompt.Length);
            foreach (int token in prompt)
            {
                _promptTokens.Add(token);
            }
        }
    }

    public SamplingParameters Parameters { get; }

    /// <summary>What all its draws come from.</summary>
    public ulong Seed { get; }

    /// <summary>Tokens drawn so far, which is also the index of the next draw.</summary>
    public int Drawn { get; private set; }

    /// <summary>Whether the next token depends on the last one beside what the model computes: none is sampled before the last one is known here.</summary>
    public bool IsConstrained => _constraint is not null;

    /// <summary>Whether no token of the vocabulary can go on with what the constraint asks for. What is sampled then is not for its reader.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Whether what was generated satisfies the constraint as it is.</summary>
    public bool IsSatisfied => _constraint is { IsComplete: true };

    internal Dictionary<int, int>? GeneratedCounts => _generatedCounts;

    internal HashSet<int>? PromptTokens => _promptTokens;

    /// <summary>
    /// A state as of these generated tokens and no others: the same draws follow. What a failed step may have written into this one is
    /// left behind.
    /// </summary>
    public SamplingState After(ReadOnlySpan<int> prompt, ReadOnlySpan<int> generated, int maxNewTokens)
    {
        ConstraintState? constraint = _constraint?.Constraint.Replay(generated);
        SamplingState state = new(Parameters, prompt, maxNewTokens, Seed, constraint ?? _constraint) { IsStuck = IsConstrained && constraint is null };
        foreach (int token in generated)
        {
            state.Count(token);
        }
        return state;
    }

    /// <summary>
    /// A number in [0, 1) that depends on the seed and the draw's index alone: batches, preemption and the device do not change it.
    /// SplitMix64's output function (Steele, Lea, Flood, OOPSLA 2014) over the counter.
    /// </summary>
    public double NextUniform()
    {
        ulong z = Seed + (0x9E3779B97F4A7C15UL * ((ulong)Drawn + 1));
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        z ^= z >> 31;
        return (z >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Sets the bits of the tokens that the constraint allows next, of all where there is none or it is stuck; those beyond its vocabulary are clear.</summary>
    /// <param name="mask">A bit for each token, at least as many as the constraint's vocabulary has.</param>
    public void FillMask(Span<uint> mask)
    {
        if (_constraint is { } constraint && !IsStuck)
        {
            mask[constraint.Constraint.Vocabulary.MaskWords..].Clear();
            IsStuck = !constraint.FillMask(mask[..constraint.Constraint.Vocabulary.MaskWords]);
        }
        if (_constraint is null || IsStuck)
        {
            mask.Fill(uint.MaxValue);
        }
    }

    /// <summary>Takes in the token that was chosen.</summary>
    public void Accept(int token)
    {
        Count(token);
        if (_constraint is { } constraint && !IsStuck)
        {
            IsStuck = !constraint.TryAccept(token);
            constraint.BeginMask();
        }
    }

    private void Count(int token)
    {
        Drawn++;
        if (_generatedCounts is not null)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_generatedCounts, token, out _)++;
        }
    }
}
