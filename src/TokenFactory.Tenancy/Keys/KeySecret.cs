using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace TokenFactory.Tenancy.Keys;

/// <summary>
/// The text form of a key: <c>tf-</c> and 256 random bits in base64url. Only a hash of the bits is kept; the text is shown once. A plain
/// SHA-256 is enough, because nobody can try all 256-bit numbers; slow hashes are for passwords.
/// </summary>
public static class KeySecret
{
    /// <summary>Characters of a key's text.</summary>
    public const int Length = 46;

    /// <summary>Bytes of a key's hash.</summary>
    public const int HashBytes = 32;

    private const string Start = "tf-";
    private const int SecretBytes = 32;
    private const int ShownCharacters = 8;

    /// <summary>A new key's text.</summary>
    public static string Create()
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        return Start + Base64Url.EncodeToString(secret);
    }

    /// <summary>Computes the hash of a key's text. False, at once, for what is no key's text; it may be of any length and hold anything.</summary>
    public static bool TryHash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        if (text.Length != Length
            || !text.StartsWith(Start, StringComparison.Ordinal)
            || Base64Url.DecodeFromChars(text[Start.Length..], secret, out _, out int written) != OperationStatus.Done
            || written != SecretBytes)
        {
            return false;
        }
        return SHA256.TryHashData(secret, hash, out _);
    }

    /// <summary>The part of a key's text that is kept, so that people recognise it.</summary>
    public static string PrefixOf(string text) => text[..(Start.Length + ShownCharacters)];
}
