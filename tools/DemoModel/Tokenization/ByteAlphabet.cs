namespace TokenFactory.DemoModel.Tokenization;

/// <summary>The byte-level alphabet of GPT-2: every byte has one visible character, so that any text can be encoded.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();

    /// <summary>The characters of the 256 bytes, in the order of the byte.</summary>
    public static ReadOnlySpan<char> All => Characters;

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = bytes.Length <= 256 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
            text[i] = Characters[bytes[i]];
        return new string(text);
    }

    public static byte[] Decode(string text) => [.. text.Select(c => (byte)Array.IndexOf(Characters, c))];

    /// <summary>Printable Latin-1 bytes stand for themselves; the others take the characters from U+0100 on.</summary>
    private static char[] Build()
    {
        var characters = new char[256];
        int next = 0x100;
        for (int i = 0; i < 256; i++)
        {
            bool visible = i is (>= '!' and <= '~') or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
            characters[i] = visible ? (char)i : (char)next++;
        }
        return characters;
    }
}
