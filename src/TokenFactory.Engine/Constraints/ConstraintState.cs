using TokenFactory.Engine.Constraints.Automata;

namespace TokenFactory.Engine.Constraints;

/// <summary>
/// Where one sequence is under its constraint. One thread accepts tokens; <see cref="PrepareMask"/> may run on another meanwhile. A copy
/// costs one small object, and replaying a sequence's generated tokens rebuilds its state anywhere.
/// </summary>
public sealed class ConstraintState : IThreadPoolWorkItem
{
    private volatile Configuration _configuration;

    internal ConstraintState(TokenConstraint constraint, Configuration configuration)
    {
        Constraint = constraint;
        _configuration = configuration;
    }

    public TokenConstraint Constraint { get; }

    /// <summary>Whether the text so far satisfies the constraint, so that an end token may come.</summary>
    public bool IsComplete => !HasEnded && _configuration.IsComplete;

    /// <summary>Whether an end token was accepted; nothing comes after it.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether <see cref="FillMask"/> only needs to copy.</summary>
    public bool IsMaskReady => _configuration.Mask is not null;

    /// <summary>Makes the mask of the present state where it is not known, for whoever has time while a step is computed elsewhere.</summary>
    public void PrepareMask() => Constraint.Masks.MaskOf(_configuration);

    /// <summary>Begins to make the mask on another thread, where it is not known; allocates nothing.</summary>
    public void BeginMask()
    {
        if (!HasEnded && !IsMaskReady)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => PrepareMask();

    /// <summary>Sets bit i of word i / 32 for every token i that may come next, and clears every other.</summary>
    /// <param name="mask">At least <see cref="Vocabulary.ConstraintVocabulary.MaskWords"/> words, all of which are written.</param>
    /// <returns>Whether any token may come. None may after the end; before it, only where the vocabulary cannot spell what must come.</returns>
    public bool FillMask(Span<uint> mask)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mask.Length, Constraint.Vocabulary.MaskWords, nameof(mask));
        if (HasEnded)
        {
            mask.Clear();
            return false;
        }
        Configuration configuration = _configuration;
        Constraint.Masks.MaskOf(configuration).WriteTo(mask);
        if (configuration.IsComplete)
        {
            foreach (int token in Constraint.EndTokens)
                mask[token >> 5] |= 1u << (token & 31);
        }
        return mask.ContainsAnyExcept(0u);
    }

    /// <summary>Goes on by a token; changes nothing and returns false where it may not come.</summary>
    public bool TryAccept(int token)
    {
        if (HasEnded || (uint)token >= (uint)Constraint.Vocabulary.Size)
            return false;
        if (Constraint.Vocabulary.IsEnd(token))
        {
            HasEnded = _configuration.IsComplete;
            return HasEnded;
        }
        ReadOnlySpan<byte> bytes = Constraint.Vocabulary.BytesOf(token);
        if (bytes.IsEmpty)
            return false;
        Configuration next = Constraint.Automaton.Step(_configuration, bytes);
        if (next == Configuration.Dead)
            return false;
        _configuration = next;
        return true;
    }

    /// <summary>A state of its own at the same place.</summary>
    public ConstraintState Clone() => new(Constraint, _configuration) { HasEnded = HasEnded };
}
