namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>One step of a decoder as the file describes it. Immutable; each generated sequence runs stages of its own.</summary>
internal abstract record DecoderStep
{
    /// <summary>True where what follows sees one text instead of tokens.</summary>
    public virtual bool Fuses => false;

    /// <summary>Makes the running stage.</summary>
    /// <param name="next">Where it writes to.</param>
    /// <param name="fused">True where an earlier step has fused the tokens.</param>
    public abstract DecoderStage CreateStage(DecoderStage next, bool fused);

    /// <summary>Why this step cannot follow a fuse, or null where it can.</summary>
    public virtual string? ProblemAfterFuse => null;

    /// <summary>What this step makes of a token's bytes wherever the token stands: its share in <c>logprobs.bytes</c>.</summary>
    public virtual byte[] Alone(byte[] token) => token;
}

/// <summary>Joins all tokens into one text.</summary>
internal sealed record FuseStep : DecoderStep
{
    public override bool Fuses => true;

    public override DecoderStage CreateStage(DecoderStage next, bool fused) => next;
}
