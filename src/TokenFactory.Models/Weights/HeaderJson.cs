using System.Collections.Immutable;
using System.Text.Json;

namespace TokenFactory.Models.Weights;

/// <summary>
/// Reads the JSON of a safetensors header: <c>{"name": {"dtype", "shape", "data_offsets"}, "__metadata__": {...}}</c>. A streaming reader
/// is used because a document model would hide names given twice.
/// </summary>
internal static class HeaderJson
{
    private const int MostDimensions = 8;

    public static List<TensorEntry> Read(string file, ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ModelFormatException(file, null, "the header is not a JSON object; this is not a safetensors file");
        }
        List<TensorEntry> entries = [];
        HashSet<string> names = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw new ModelFormatException(file, name, "the name occurs twice in the header; the file is damaged");
            }
            reader.Read();
            if (name == "__metadata__")
            {
                reader.Skip();
                continue;
            }
            entries.Add(ReadEntry(file, name, ref reader));
        }
        // Reading to the end makes the reader complain about whatever follows the object, save white space.
        while (reader.Read())
        {
        }
        return entries;
    }

    private static TensorEntry ReadEntry(string file, string name, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new ModelFormatException(file, name, "its header entry is not an object; the file is damaged");
        }
        string? dtype = null;
        ImmutableArray<long> shape = default;
        ImmutableArray<long> offsets = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            switch (field)
            {
                case "dtype":
                    dtype = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    break;
                case "shape":
                    shape = ReadIntegers(file, name, field, ref reader);
                    break;
                case "data_offsets":
                    offsets = ReadIntegers(file, name, field, ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return Check(file, name, dtype, shape, offsets);
    }

    private static TensorEntry Check(string file, string name, string? dtype, ImmutableArray<long> shape, ImmutableArray<long> offsets)
    {
        if (dtype is null || shape.IsDefault || offsets.IsDefault || offsets.Length != 2)
        {
            throw new ModelFormatException(file, name, "its header entry lacks dtype, shape or two data_offsets; the file is damaged");
        }
        if (!TensorTypes.TryParse(dtype, out TensorType type))
        {
            throw new ModelFormatException(file, name, $"its dtype \"{dtype}\" is not known; use F32, F16 or BF16 weights");
        }
        if (offsets[1] < offsets[0])
        {
            throw new ModelFormatException(file, name, $"its data_offsets [{offsets[0]}, {offsets[1]}] run backwards; the file is damaged");
        }
        long? bytes = ByteCount(shape, type);
        if (bytes != offsets[1] - offsets[0])
        {
            string expected = bytes is { } count ? $"needs {count} bytes" : "needs more bytes than can be addressed";
            throw new ModelFormatException(
                file, name, $"shape [{string.Join(", ", shape)}] of {dtype} {expected}, its data_offsets span {offsets[1] - offsets[0]}; the file is damaged");
        }
        return new TensorEntry(name, type, shape, offsets[0], offsets[1]);
    }

    /// <summary>Null where the product overflows.</summary>
    private static long? ByteCount(ImmutableArray<long> shape, TensorType type)
    {
        Int128 bytes = type.Size();
        foreach (long dimension in shape)
        {
            bytes *= dimension;
            if (bytes > long.MaxValue)
            {
                return null;
            }
        }
        return (long)bytes;
    }

    private static ImmutableArray<long> ReadIntegers(string file, string name, string field, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new ModelFormatException(file, name, $"its {field} is not an array; the file is damaged");
        }
        ImmutableArray<long>.Builder values = ImmutableArray.CreateBuilder<long>(2);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long value) || value < 0 || values.Count == MostDimensions)
            {
                throw new ModelFormatException(
                    file, name, $"its {field} must hold at most {MostDimensions} integers from 0 to 2^63 - 1; the file is damaged");
            }
            values.Add(value);
        }
        return values.DrainToImmutable();
    }
}
