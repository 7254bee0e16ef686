namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>One step of a decoder as the file describes it. Immutable; each generated sequence runs stages of its own.</summary>
internal abstract record DecoderStep
{
    /// <summary>True where what it makes of a token depends on nothing but the token, so that <see cref="Alone"/> says it all.</summary>
    public virtual bool IsPerToken => false;

    /// <summary>True where what follows sees one text instead of tokens.</summary>
    public virtual bool Fuses => false;

    /// <summary>Why this step cannot follow a fuse, or null where it can.</summary>
    public virtual string? ProblemAfterFuse => null;

    /// <summary>What this step makes of a token's bytes wherever the token stands: its share in <c>logprobs.bytes</c>.</summary>
    public virtual byte[] Alone(byte[] token) => token;

    /// <summary>Makes the running stage; a step that has none to run passes its tokens on to <paramref name="next"/>.</summary>
    /// <param name="next">Where it writes to.</param>
    /// <param name="fused">True where an earlier step has fused the tokens.</param>
    public virtual DecoderStage CreateStage(DecoderStage next, bool fused) => next;
}

/// <summary>Joins all tokens into one text.</summary>
internal sealed record FuseStep : DecoderStep
{
    public override bool Fuses => true;
}
