using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.RandomModel;

/// <summary>
/// Writes <c>model.safetensors</c> with random weights for a spec, a piece at a time. Scales are those of a freshly initialised
/// network whose activations keep their size, so that logits differ and greedy decoding has clear winners.
/// </summary>
public static class RandomWeights
{
    private const int ChunkElements = 1 << 20;

    /// <param name="path">The file to write.</param>
    /// <param name="spec">The model's shape.</param>
    /// <param name="type">F32, F16 or BF16.</param>
    /// <param name="seed">The same seed gives the same file.</param>
    public static void Write(string path, ModelSpec spec, TensorType type, int seed)
    {
        ExpectedTensor[] tensors = [.. WeightInventory.Of(spec)];
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        WriteHeader(file, tensors, type);
        float[] values = new float[ChunkElements];
        byte[] bytes = new byte[ChunkElements * sizeof(float)];
        for (int t = 0; t < tensors.Length; t++)
        {
            Uniform uniform = new(((ulong)(uint)seed << 32) | (uint)t);
            if (tensors[t].IsPacked)
            {
                WritePacked(file, tensors[t], ref uniform);
                continue;
            }
            (float center, float deviation) = Distribution(tensors[t], spec);
            for (long left = tensors[t].ElementCount; left > 0; left -= ChunkElements)
            {
                Span<float> chunk = values.AsSpan(0, (int)Math.Min(left, ChunkElements));
                uniform.Fill(chunk, center, deviation);
                file.Write(bytes.AsSpan(0, Encode(chunk, type, bytes)));
            }
        }
    }

    // MXFP4: any numbers, whose root mean square is 2.8, and scales about what brings them to the size of other matrices.
    private static void WritePacked(FileStream file, ExpectedTensor tensor, ref Uniform uniform)
    {
        bool isScale = tensor.Roles[0] is WeightRole.ExpertGateUpScales or WeightRole.ExpertDownScales;
        double inputs = tensor.Shape[2] * Mxfp4.BlockSize;
        float center = isScale ? 127 - (float)Math.Log2(2.8 * Math.Sqrt(inputs)) : 127.5f;
        float[] values = new float[tensor.ElementCount];
        uniform.Fill(values, center, (isScale ? 2 : 255) / MathF.Sqrt(12));
        file.Write([.. values.Select(value => (byte)MathF.Round(value))]);
    }

    private static (float Center, float Deviation) Distribution(ExpectedTensor tensor, ModelSpec spec) => tensor.Roles[0] switch
    {
        WeightRole.TokenEmbedding => (0, 1 / MathF.Sqrt(spec.HiddenSize)),
        // Choices of experts are as clear as a trained router's.
        WeightRole.Router => (0, 3 / MathF.Sqrt(spec.HiddenSize)),
        WeightRole.ExpertGateUpBias or WeightRole.ExpertDownBias => (0, 0.2f),
        WeightRole.AttentionSinks => (0, 1),
        _ when tensor.Shape.Length >= 2 => (0, 1 / MathF.Sqrt(tensor.Shape[1])),
        _ when tensor.Name.EndsWith(".bias", StringComparison.Ordinal) => (0, 0.2f),
        _ => (1 - spec.NormWeightOffset, 0.1f),
    };

    private static void WriteHeader(FileStream file, ExpectedTensor[] tensors, TensorType type)
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            long offset = 0;
            writer.WriteStartObject();
            foreach (ExpectedTensor tensor in tensors)
            {
                long end = offset + (tensor.ElementCount * (tensor.IsPacked ? 1 : type == TensorType.F32 ? 4 : 2));
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", (tensor.IsPacked ? TensorType.U8 : type).ToString());
                WriteArray(writer, "shape", tensor.Shape.AsSpan());
                WriteArray(writer, "data_offsets", [offset, end]);
                writer.WriteEndObject();
                offset = end;
            }
            writer.WriteEndObject();
        }
        // The data begins at a multiple of 8, as the format's own library writes it.
        json.Write(Encoding.ASCII.GetBytes(new string(' ', (int)((8 - (json.Length % 8)) % 8))));
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        file.Write(length);
        json.WriteTo(file);
    }

    private static void WriteArray(Utf8JsonWriter writer, string name, ReadOnlySpan<long> values)
    {
        writer.WriteStartArray(name);
        foreach (long value in values)
        {
            writer.WriteNumberValue(value);
        }
        writer.WriteEndArray();
    }

    private static int Encode(ReadOnlySpan<float> values, TensorType type, Span<byte> bytes)
    {
        if (type == TensorType.F32)
        {
            MemoryMarshal.AsBytes(values).CopyTo(bytes);
            return values.Length * sizeof(float);
        }
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (int i = 0; i < values.Length; i++)
        {
            halves[i] = type == TensorType.F16
                ? BitConverter.HalfToUInt16Bits((Half)values[i])
                : (ushort)((BitConverter.SingleToUInt32Bits(values[i]) + 0x8000) >> 16);
        }
        return values.Length * sizeof(ushort);
    }

    // xorshift64* (Vigna 2016); speed matters more than quality here.
    private struct Uniform(ulong seed)
    {
        private ulong _state = (seed * 0x9E3779B97F4A7C15UL) | 1;

        public void Fill(Span<float> values, float center, float deviation)
        {
            float width = deviation * MathF.Sqrt(12);
            foreach (ref float value in values)
            {
                _state ^= _state >> 12;
                _state ^= _state << 25;
                _state ^= _state >> 27;
                uint bits = (uint)((_state * 0x2545F4914F6CDD1DUL) >> 40);
                value = center + (width * ((bits * (1f / (1 << 24))) - 0.5f));
            }
        }
    }
}
