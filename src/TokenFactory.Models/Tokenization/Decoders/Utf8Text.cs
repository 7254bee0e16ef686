namespace TokenFactory.Models.Tokenization.Decoders;

/// <summary>Texts that decoders write.</summary>
internal static class Utf8Text
{
    /// <summary>U+FFFD.</summary>
    public static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;
}
