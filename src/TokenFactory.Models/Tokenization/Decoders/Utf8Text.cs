using System.Buffers;
using System.Text;

namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>What the decoder stages need to know of UTF-8.</summary>
internal static class Utf8Text
{
    /// <summary>U+FFFD.</summary>
    public static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>
    /// The length of the valid beginning of <paramref name="bytes"/>, why it ends there (<see cref="OperationStatus.Done"/> at the end
    /// of the bytes), and how many bytes make up the invalid or unfinished part that follows.
    /// </summary>
    public static int ValidPrefix(ReadOnlySpan<byte> bytes, out OperationStatus why, out int following)
    {
        int valid = 0;
        while (valid < bytes.Length)
        {
            why = Rune.DecodeFromUtf8(bytes[valid..], out _, out following);
            if (why != OperationStatus.Done)
                return valid;
            valid += following;
        }
        (why, following) = (OperationStatus.Done, 0);
        return valid;
    }
}
