using System.Text;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>
/// Drops up to <paramref name="Start"/> leading and <paramref name="Stop"/> trailing occurrences of one character: from each token,
/// or after a fuse from the whole text.
/// </summary>
internal sealed record StripStep(Rune Content, int Start, int Stop) : DecoderStep
{
    private readonly byte[] _content = Encoding.UTF8.GetBytes(Content.ToString());

    public override DecoderStage CreateStage(DecoderStage next, bool fused) => new Stage(this, next, fused);

    private sealed class Stage(StripStep step, DecoderStage next, bool fused) : DecoderStage
    {
        private int _toDrop = step.Start;
        private int _heldBack;

        public override void Write(ReadOnlySpan<byte> text)
        {
            if (!fused)
                (_toDrop, _heldBack) = (step.Start, 0);
            while (_toDrop > 0 && text.StartsWith(step._content))
            {
                text = text[step._content.Length..];
                _toDrop--;
            }
            if (!text.IsEmpty)
            {
                _toDrop = 0;
                HoldBackEnd(text);
            }
            else if (!fused)
            {
                next.Write(text);
            }
        }

        public override void Finish()
        {
            _heldBack = 0;
            next.Finish();
        }

        public override void Reset()
        {
            (_toDrop, _heldBack) = (step.Start, 0);
            next.Reset();
        }

        /// <summary>Passes on all but the last <see cref="StripStep.Stop"/> occurrences, which the end of the text would drop.</summary>
        private void HoldBackEnd(ReadOnlySpan<byte> text)
        {
            int trailing = 0;
            ReadOnlySpan<byte> rest = text;
            while (trailing < step.Stop && rest.EndsWith(step._content))
            {
                rest = rest[..^step._content.Length];
                trailing++;
            }
            int released = rest.IsEmpty ? Math.Max(0, _heldBack + trailing - step.Stop) : _heldBack;
            for (int i = 0; i < released; i++)
                next.Write(step._content);
            _heldBack += trailing - released;
            if (!rest.IsEmpty || !fused)
                next.Write(rest);
        }
    }
}
