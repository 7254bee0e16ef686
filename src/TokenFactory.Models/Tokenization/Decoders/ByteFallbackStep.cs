using System.Buffers.Text;
using System.Text.Unicode;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>
/// Turns tokens such as <c>&lt;0xE2&gt;</c> into bytes. A run of them is one text where the whole run is valid UTF-8; otherwise each
/// byte of the run becomes U+FFFD. A run is therefore final only when it ends, and is held back until then.
/// </summary>
internal sealed record ByteFallbackStep : DecoderStep
{
    public override string ProblemAfterFuse => "ByteFallback cannot follow a decoder that fuses the tokens";

    public override DecoderStage CreateStage(DecoderStage next, bool fused) => new Stage(next);

    public override byte[] Alone(byte[] token) => TryGetByte(token, out byte value) ? [value] : token;

    /// <summary>Reads <c>&lt;0xHH&gt;</c>.</summary>
    public static bool TryGetByte(ReadOnlySpan<byte> token, out byte value)
    {
        value = 0;
        return token.Length == 6 && token.StartsWith("<0x"u8) && token[5] == '>'
            && Utf8Parser.TryParse(token[3..5], out value, out int read, 'X') && read == 2;
    }

    private sealed class Stage(DecoderStage next) : DecoderStage
    {
        private byte[] _run = new byte[64];
        private int _length;

        public override void Write(ReadOnlySpan<byte> token)
        {
            if (!TryGetByte(token, out byte value))
            {
                EndRun();
                next.Write(token);
                return;
            }
            if (_length == _run.Length)
                Array.Resize(ref _run, 2 * _length);
            _run[_length++] = value;
        }

        public override void Finish()
        {
            EndRun();
            next.Finish();
        }

        public override void Reset()
        {
            _length = 0;
            next.Reset();
        }

        private void EndRun()
        {
            if (_length == 0)
                return;
            if (Utf8.IsValid(_run.AsSpan(0, _length)))
            {
                next.Write(_run.AsSpan(0, _length));
            }
            else
            {
                for (int i = 0; i < _length; i++)
                    next.Write(Utf8Text.Replacement);
            }
            _length = 0;
        }
    }
}
