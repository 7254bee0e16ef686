namespace TokenFactory.Models.Tokenization.PreTokenizers;

/// <summary>
/// GPT-2's spelling of bytes as printable characters: printable Latin-1 stands for itself, the other 68 bytes take U+0100 and up.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = BuildCharacters();
    private static readonly short[] Bytes = BuildBytes();

    /// <summary>The character of each byte.</summary>
    public static ReadOnlySpan<char> All => Characters;

    /// <summary>The byte that <paramref name="character"/> stands for; false where it is none of the 256.</summary>
    public static bool TryGetByte(int character, out byte value)
    {
        int found = (uint)character < (uint)Bytes.Length ? Bytes[character] : -1;
        value = (byte)found;
        return found >= 0;
    }

    private static char[] BuildCharacters()
    {
        char[] characters = new char[256];
        int shifted = 0;
        for (int value = 0; value < 256; value++)
        {
            bool isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = isPrintable ? (char)value : (char)(256 + shifted++);
        }
        return characters;
    }

    private static short[] BuildBytes()
    {
        short[] bytes = new short[256 + 68];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++)
            bytes[Characters[value]] = (short)value;
        return bytes;
    }
}
