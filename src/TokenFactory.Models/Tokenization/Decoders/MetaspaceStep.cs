using System.Buffers;
using System.Text;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>Turns the visible space back into a space, and drops it from the first token where the encoder may have put it there.</summary>
internal sealed record MetaspaceStep(string Replacement, bool DropsFirst) : DecoderStep
{
    private readonly byte[] _replacement = Encoding.UTF8.GetBytes(Replacement);

    public override string? ProblemAfterFuse => DropsFirst ? "Metaspace cannot follow a decoder that fuses the tokens" : null;

    public override DecoderStage CreateStage(DecoderStage next, bool fused) => new Stage(this, next);

    public override byte[] Alone(byte[] token)
    {
        ArrayBufferWriter<byte> output = new(token.Length + 16);
        ReplaceStep.ReplaceInto(token, _replacement, " "u8, output);
        return output.WrittenSpan.ToArray();
    }

    private sealed class Stage(MetaspaceStep step, DecoderStage next) : DecoderStage
    {
        private readonly ArrayBufferWriter<byte> _output = new(64);
        private bool _drops = step.DropsFirst;

        public override void Write(ReadOnlySpan<byte> text)
        {
            _output.ResetWrittenCount();
            ReplaceStep.ReplaceInto(text, step._replacement, _drops ? default : " "u8, _output);
            _drops = false;
            next.Write(_output.WrittenSpan);
        }

        public override void Finish() => next.Finish();

        public override void Reset()
        {
            _drops = step.DropsFirst;
            next.Reset();
        }
    }
}
