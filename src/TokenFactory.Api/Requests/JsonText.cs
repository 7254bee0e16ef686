using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using TokenFactory.Api.Errors;

namespace TokenFactory.Api.Requests;

/// <summary>Turns bytes into a JSON object, or into words about what is wrong with them and where.</summary>
internal static class JsonText
{
    /// <summary>Deepest nesting of objects and arrays.</summary>
    public const int MaxDepth = 64;

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>The document; its root is an object and every string in it is whole Unicode. It keeps <paramref name="utf8"/>.</summary>
    /// <exception cref="ApiException">The bytes are something else.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith(ByteOrderMark))
        {
            utf8 = utf8[ByteOrderMark.Length..];
        }
        if (utf8.IsEmpty)
        {
            throw ApiException.Invalid("The request body is empty; send a JSON object.");
        }
        if (!Utf8.IsValid(utf8.Span))
        {
            throw ApiException.Invalid($"The request body is not valid UTF-8 at byte {FindInvalid(utf8.Span)}.");
        }
        JsonDocument document = ParseValid(utf8);
        try
        {
            CheckEscapes(utf8.Span);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw ApiException.Invalid($"The request body must be a JSON object, but it is {JsonFields.Describe(document.RootElement)}.");
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private static JsonDocument ParseValid(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException wrong)
        {
            throw ApiException.Invalid(
                $"The request body is not valid JSON at line {(wrong.LineNumber ?? 0) + 1}, byte {(wrong.BytePositionInLine ?? 0) + 1}: {WithoutPlace(wrong.Message)}");
        }
    }

    /// <summary>An escaped half of a surrogate pair is valid JSON but no text, and would fail wherever the string is first read.</summary>
    private static void CheckEscapes(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0)
        {
            return;
        }
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped)
            {
                continue;
            }
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw ApiException.Invalid(
                    $"The string that begins at byte {reader.TokenStartIndex} of the request body escapes half of a surrogate pair, which is no character.");
            }
        }
    }

    private static int FindInvalid(ReadOnlySpan<byte> utf8)
    {
        int position = 0;
        while (Rune.DecodeFromUtf8(utf8[position..], out _, out int consumed) == OperationStatus.Done)
        {
            position += consumed;
        }
        return position;
    }

    /// <summary>The parser's words without the place, which it adds in its own form.</summary>
    private static string WithoutPlace(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? message : message[..place];
    }
}
