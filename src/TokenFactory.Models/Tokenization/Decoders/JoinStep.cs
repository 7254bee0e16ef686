namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>What stands in for a decoder where the file has none: the tokens with a space between each two.</summary>
internal sealed record JoinStep : DecoderStep
{
    public override DecoderStage CreateStage(DecoderStage next, bool fused) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage
    {
        private bool _started;

        public override void Write(ReadOnlySpan<byte> text)
        {
            if (_started)
                next.Write(" "u8);
            _started = true;
            next.Write(text);
        }

        public override void Finish() => next.Finish();

        public override void Reset()
        {
            _started = false;
            next.Reset();
        }
    }
}
