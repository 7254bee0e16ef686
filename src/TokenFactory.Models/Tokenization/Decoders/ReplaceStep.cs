using System.Buffers;
using System.Text;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>Replaces a fixed text within each token.</summary>
internal sealed record ReplaceStep(string Pattern, string Content) : DecoderStep
{
    private readonly byte[] _pattern = Encoding.UTF8.GetBytes(Pattern);
    private readonly byte[] _content = Encoding.UTF8.GetBytes(Content);

    public override bool IsPerToken => true;

    // A longer pattern could begin in one stretch of the fused text and end in the next.
    public override string? ProblemAfterFuse => Pattern.EnumerateRunes().Count() == 1
        ? null
        : "Replace with a pattern of several characters cannot follow a decoder that fuses the tokens";

    public override DecoderStage CreateStage(DecoderStage next, bool fused) => new Stage(this, next);

    public override byte[] Alone(byte[] token)
    {
        ArrayBufferWriter<byte> output = new(token.Length + 16);
        ReplaceInto(token, _pattern, _content, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Appends <paramref name="text"/> with every <paramref name="pattern"/> in it replaced.</summary>
    public static void ReplaceInto(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> content, ArrayBufferWriter<byte> output)
    {
        while (text.IndexOf(pattern) is >= 0 and int found)
        {
            output.Write(text[..found]);
            output.Write(content);
            text = text[(found + pattern.Length)..];
        }
        output.Write(text);
    }

    private sealed class Stage(ReplaceStep step, DecoderStage next) : DecoderStage
    {
        private readonly ArrayBufferWriter<byte> _output = new(64);

        public override void Write(ReadOnlySpan<byte> text)
        {
            if (text.IndexOf(step._pattern) < 0)
            {
                next.Write(text);
                return;
            }
            _output.ResetWrittenCount();
            ReplaceInto(text, step._pattern, step._content, _output);
            next.Write(_output.WrittenSpan);
        }

        public override void Finish() => next.Finish();

        public override void Reset() => next.Reset();
    }
}
