using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>
/// Joins the bytes of all tokens into one text: each maximal invalid part becomes U+FFFD (Unicode 15, section 3.9).
/// </summary>
internal sealed record Utf8RepairStep : DecoderStep
{
    public override bool Fuses => true;

    public override DecoderStage CreateStage(DecoderStage next, bool fused) => new Stage(next);

    /// <summary>Holds back at most three bytes: the beginning of a character whose rest may still come.</summary>
    private sealed class Stage(DecoderStage next) : DecoderStage
    {
        private byte[] _joined = new byte[64];
        private int _held;

        public override void Write(ReadOnlySpan<byte> token)
        {
            if (_held == 0 && Utf8.IsValid(token))
            {
                next.Write(token);
                return;
            }
            if (_joined.Length < _held + token.Length)
                Array.Resize(ref _joined, 2 * (_held + token.Length));
            token.CopyTo(_joined.AsSpan(_held));
            PassOn(_joined.AsSpan(0, _held + token.Length));
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

        private void PassOn(ReadOnlySpan<byte> bytes)
        {
            _held = 0;
            while (!bytes.IsEmpty)
            {
                int valid = 0, length = 0;
                OperationStatus status = OperationStatus.Done;
                while (valid < bytes.Length && (status = Rune.DecodeFromUtf8(bytes[valid..], out _, out length)) == OperationStatus.Done)
                    valid += length;
                if (valid > 0)
                    next.Write(bytes[..valid]);
                bytes = bytes[valid..];
                if (bytes.IsEmpty)
                    return;
                if (status == OperationStatus.NeedMoreData)
                {
                    bytes.CopyTo(_joined);
                    _held = bytes.Length;
                    return;
                }
                next.Write(Utf8Text.Replacement);
                bytes = bytes[length..];
            }
        }
    }
}
