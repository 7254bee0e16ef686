using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json;

namespace TokenFactory.Web.Playground.Sharing;

/// <summary>
/// Texts in an address's fragment: <c>#t1.</c>, then JSON compressed by Brotli in base64url. Browsers send no server a fragment, so that
/// what people write ends up in no log on the way.
/// </summary>
public static class TextFragment
{
    /// <summary>Most characters of a fragment. The page's connection takes 32 KB in one message, the whole address among them.</summary>
    public const int MostCharacters = 16_000;

    private const string Prefix = "#t1.";
    private const int MostBytes = 1 << 20;

    /// <summary>The fragment, with its hash sign, however long; empty where there is no text.</summary>
    public static string Write(SharedTexts texts)
    {
        if (texts.IsEmpty)
        {
            return "";
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(texts, SharedTextsJson.Default.SharedTexts);
        using MemoryStream packed = new();
        using (BrotliStream brotli = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            brotli.Write(json);
        }
        return Prefix + Base64Url.EncodeToString(packed.ToArray());
    }

    /// <summary>Reads an address's fragment. Other fragments than ours are passed over: they are anchors.</summary>
    /// <param name="fragment">With its hash sign; empty for none.</param>
    /// <param name="problem">What is wrong with the link, in words; null where nothing is.</param>
    public static SharedTexts Read(string fragment, out string? problem)
    {
        problem = null;
        if (!fragment.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return new SharedTexts();
        }
        try
        {
            SharedTexts? texts = JsonSerializer.Deserialize(Unpack(fragment.AsSpan(Prefix.Length)), SharedTextsJson.Default.SharedTexts);
            if (texts is not null && AreWhole(texts.Turns) && AreWhole(texts.RightTurns))
            {
                return texts;
            }
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidDataException or InvalidOperationException or JsonException)
        {
            // All of them mean the same to whoever opened the link.
        }
        problem = "The texts in this link are damaged, perhaps because a part of it was lost on the way. Its settings are shown; ask for the link again.";
        return new SharedTexts();
    }

    private static byte[] Unpack(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[MostBytes];
        // One block of memory bounds what a small link can unfold to.
        return BrotliDecoder.TryDecompress(Base64Url.DecodeFromChars(text), bytes, out int length)
            ? bytes[..length]
            : throw new InvalidDataException("no Brotli data, cut off, or too long");
    }

    private static bool AreWhole(IReadOnlyList<SharedTurn>? turns) => turns is null || turns.All(turn => turn is { Text: not null });
}
