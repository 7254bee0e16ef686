using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TokenFactory.Api.Embeddings;

/// <summary>A vector as it is sent.</summary>
/// <param name="Numbers">Its numbers.</param>
/// <param name="IsBase64">Whether they are sent as little-endian float32 in base64, else as an array.</param>
[JsonConverter(typeof(EmbeddingVectorConverter))]
public readonly record struct EmbeddingVector(ReadOnlyMemory<float> Numbers, bool IsBase64)
{
    /// <summary>
    /// A hidden state as an embedding: its first numbers, then scaled to length 1, which is also what normalising before the cut gives
    /// (Matryoshka representation learning, arXiv 2205.13147). A vector of zeros has no direction and stays as it is.
    /// </summary>
    /// <param name="hidden">Overwritten: the vector keeps it.</param>
    /// <param name="dimensions">How many numbers; null: all.</param>
    /// <param name="isBase64">How it is sent.</param>
    internal static EmbeddingVector Of(float[] hidden, int? dimensions, bool isBase64)
    {
        Memory<float> numbers = hidden.AsMemory(0, dimensions ?? hidden.Length);
        float length = TensorPrimitives.Norm<float>(numbers.Span);
        if (length > 0)
        {
            TensorPrimitives.Divide(numbers.Span, length, numbers.Span);
        }
        return new EmbeddingVector(numbers, isBase64);
    }
}

/// <summary>Writes vectors; none is ever read.</summary>
internal sealed class EmbeddingVectorConverter : JsonConverter<EmbeddingVector>
{
    public override EmbeddingVector Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Vectors are answers, and are not read.");

    public override void Write(Utf8JsonWriter writer, EmbeddingVector value, JsonSerializerOptions options)
    {
        ReadOnlySpan<float> numbers = value.Numbers.Span;
        if (value.IsBase64)
        {
            WriteBase64(writer, numbers);
            return;
        }
        writer.WriteStartArray();
        foreach (float number in numbers)
        {
            writer.WriteNumberValue(number);
        }
        writer.WriteEndArray();
    }

    private static void WriteBase64(Utf8JsonWriter writer, ReadOnlySpan<float> numbers)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(numbers.Length * sizeof(float));
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
        }
        writer.WriteBase64StringValue(bytes.AsSpan(0, numbers.Length * sizeof(float)));
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
