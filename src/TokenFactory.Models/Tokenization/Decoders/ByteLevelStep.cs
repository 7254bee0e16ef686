using System.Buffers;
using System.Text;
using System.Text.Unicode;
using TokenFactory.Models.Tokenization.PreTokenizers;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>
/// Turns the byte alphabet back into bytes and the bytes of all tokens into one text. A token with any other character stands for its
/// own UTF-8.
/// </summary>
internal sealed record ByteLevelStep : DecoderStep
{
    public override bool Fuses => true;

    public override string ProblemAfterFuse => "ByteLevel cannot follow a decoder that fuses the tokens";

    public override DecoderStage CreateStage(DecoderStage next, bool fused) => new Stage(next);

    public override byte[] Alone(byte[] token)
    {
        byte[] bytes = new byte[token.Length];
        return TryMap(token, bytes, out int written) ? bytes[..written] : token;
    }

    private static bool TryMap(ReadOnlySpan<byte> token, Span<byte> bytes, out int written)
    {
        written = 0;
        while (!token.IsEmpty)
        {
            Rune.DecodeFromUtf8(token, out Rune rune, out int length);
            if (!ByteAlphabet.TryGetByte(rune.Value, out bytes[written++]))
                return false;
            token = token[length..];
        }
        return true;
    }

    /// <summary>
    /// Replaces each maximal invalid part by U+FFFD (Unicode 15, section 3.9) and holds back at most three bytes: the beginning of a
    /// character whose rest may still come.
    /// </summary>
    private sealed class Stage(DecoderStage next) : DecoderStage
    {
        private byte[] _pending = new byte[64];
        private int _held;

        public override void Write(ReadOnlySpan<byte> token)
        {
            if (_pending.Length < _held + token.Length)
                Array.Resize(ref _pending, 2 * (_held + token.Length));
            Span<byte> added = _pending.AsSpan(_held, token.Length);
            if (!TryMap(token, added, out int written))
            {
                token.CopyTo(added);
                written = token.Length;
            }
            PassOn(_pending.AsSpan(0, _held + written));
        }

        public override void Finish()
        {
            if (_held > 0)
                next.Write(Utf8Text.Replacement);
            _held = 0;
            next.Finish();
        }

        public override void Reset()
        {
            _held = 0;
            next.Reset();
        }

        private void PassOn(Span<byte> bytes)
        {
            if (Utf8.IsValid(bytes))
            {
                next.Write(bytes);
                _held = 0;
                return;
            }
            while (!bytes.IsEmpty)
            {
                int valid = Utf8Text.ValidPrefix(bytes, out OperationStatus why, out int skip);
                if (valid > 0)
                    next.Write(bytes[..valid]);
                bytes = bytes[valid..];
                if (why == OperationStatus.NeedMoreData)
                    break;
                if (why == OperationStatus.InvalidData)
                    next.Write(Utf8Text.Replacement);
                bytes = bytes[skip..];
            }
            bytes.CopyTo(_pending);
            _held = bytes.Length;
        }
    }
}
