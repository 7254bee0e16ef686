using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;

namespace TokenFactory.RandomModel;

/// <summary>
/// Writes a model folder of Llama's or Qwen3's shape as llama.cpp reads it (ggml/docs/gguf.md, version 3): matrices in float16, vectors
/// in float32, and the tokens of <see cref="ByteTokenizer"/>. The same weights in both, so that a comparison is one of engines.
/// </summary>
internal static class GgufFile
{
    private const int Alignment = 32;
    private const uint Float32 = 0;
    private const uint Float16 = 1;

    /// <param name="path">The file to write.</param>
    /// <param name="spec">The model's shape.</param>
    /// <param name="map">Its weights.</param>
    /// <exception cref="NotSupportedException">The architecture is another one.</exception>
    public static void Write(string path, ModelSpec spec, WeightMap map)
    {
        string architecture = spec.Architecture switch
        {
            ModelArchitecture.Llama => "llama",
            ModelArchitecture.Qwen3 => "qwen3",
            _ => throw new NotSupportedException($"{spec.Architecture} cannot be written as GGUF here; Llama and Qwen3 can."),
        };
        List<GgufTensor> tensors = [.. Tensors(spec, map)];
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        using BinaryWriter writer = new(file);
        List<Action<BinaryWriter>> entries = [.. Entries(spec, architecture)];
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)entries.Count);
        entries.ForEach(entry => entry(writer));
        ulong offset = 0;
        foreach (GgufTensor tensor in tensors)
        {
            Text(writer, tensor.Name);
            writer.Write((uint)tensor.Source.Shape.Length);
            foreach (long extent in tensor.Source.Shape.Reverse())
            {
                writer.Write((ulong)extent);
            }
            writer.Write(tensor.IsMatrix ? Float16 : Float32);
            writer.Write(offset);
            offset += (ulong)Padded(tensor.ByteCount);
        }
        Pad(writer);
        foreach (GgufTensor tensor in tensors)
        {
            WriteData(writer, tensor);
            Pad(writer);
        }
    }

    private static IEnumerable<GgufTensor> Tensors(ModelSpec spec, WeightMap map)
    {
        // llama.cpp rotates neighbouring pairs of Llama's heads, so that its rows of queries and keys stand in another order.
        bool isPaired = spec.Architecture == ModelArchitecture.Llama;
        yield return new GgufTensor("token_embd.weight", map[WeightRole.TokenEmbedding]);
        for (int layer = 0; layer < spec.Layers; layer++)
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"blk.{layer}.");
            foreach ((WeightRole role, string name) in LayerNames)
            {
                if (map.TryGet(role, layer, out TensorView tensor))
                {
                    bool isRotated = isPaired && role is WeightRole.Query or WeightRole.Key;
                    yield return new GgufTensor($"{prefix}{name}.weight", tensor, isRotated ? spec.HeadSize : 0);
                }
            }
        }
        yield return new GgufTensor("output_norm.weight", map[WeightRole.FinalNorm]);
        if (!spec.TiedEmbeddings)
        {
            yield return new GgufTensor("output.weight", map[WeightRole.OutputHead]);
        }
    }

    private static IEnumerable<(WeightRole Role, string Name)> LayerNames =>
    [
        (WeightRole.AttentionNorm, "attn_norm"), (WeightRole.Query, "attn_q"), (WeightRole.Key, "attn_k"), (WeightRole.Value, "attn_v"),
        (WeightRole.QueryNorm, "attn_q_norm"), (WeightRole.KeyNorm, "attn_k_norm"), (WeightRole.AttentionOutput, "attn_output"),
        (WeightRole.FeedForwardNorm, "ffn_norm"), (WeightRole.Gate, "ffn_gate"), (WeightRole.Up, "ffn_up"), (WeightRole.Down, "ffn_down"),
    ];

    private static IEnumerable<Action<BinaryWriter>> Entries(ModelSpec spec, string architecture)
    {
        yield return Entry("general.architecture", architecture);
        yield return Entry("general.name", "random weights");
        yield return Entry(architecture + ".context_length", spec.MaxPositions);
        yield return Entry(architecture + ".embedding_length", spec.HiddenSize);
        yield return Entry(architecture + ".block_count", spec.Layers);
        yield return Entry(architecture + ".feed_forward_length", spec.FeedForwardSize);
        yield return Entry(architecture + ".attention.head_count", spec.AttentionHeads);
        yield return Entry(architecture + ".attention.head_count_kv", spec.KeyValueHeads);
        yield return Entry(architecture + ".attention.key_length", spec.HeadSize);
        yield return Entry(architecture + ".attention.value_length", spec.HeadSize);
        yield return Entry(architecture + ".rope.dimension_count", spec.Rope.RotaryDimensions);
        yield return Entry(architecture + ".rope.freq_base", (float)spec.Rope.Theta);
        yield return Entry(architecture + ".attention.layer_norm_rms_epsilon", spec.NormEpsilon);
        yield return Entry(architecture + ".vocab_size", spec.VocabularySize);
        yield return Entry("tokenizer.ggml.model", "gpt2");
        yield return Entry("tokenizer.ggml.pre", "gpt-2");
        yield return Entry("tokenizer.ggml.tokens", [.. ByteTokenizer.Words(spec.VocabularySize)]);
        yield return Entry("tokenizer.ggml.merges", ["Ġ w"]);
        yield return Entry("tokenizer.ggml.bos_token_id", spec.VocabularySize - 1);
        yield return Entry("tokenizer.ggml.eos_token_id", spec.VocabularySize - 1);
    }

    private static Action<BinaryWriter> Entry(string key, string value) => writer =>
    {
        Key(writer, key, 8);
        Text(writer, value);
    };

    private static Action<BinaryWriter> Entry(string key, int value) => writer =>
    {
        Key(writer, key, 4);
        writer.Write((uint)value);
    };

    private static Action<BinaryWriter> Entry(string key, float value) => writer =>
    {
        Key(writer, key, 6);
        writer.Write(value);
    };

    private static Action<BinaryWriter> Entry(string key, string[] values) => writer =>
    {
        Key(writer, key, 9);
        writer.Write(8u);
        writer.Write((ulong)values.Length);
        foreach (string value in values)
        {
            Text(writer, value);
        }
    };

    private static void Key(BinaryWriter writer, string key, uint type)
    {
        Text(writer, key);
        writer.Write(type);
    }

    private static void Text(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private static void Pad(BinaryWriter writer)
    {
        writer.Flush();
        writer.Write(new byte[Padded(writer.BaseStream.Position) - writer.BaseStream.Position]);
    }

    private static void WriteData(BinaryWriter writer, GgufTensor tensor)
    {
        float[] row = new float[tensor.Source.RowLength];
        Half[] halves = new Half[row.Length];
        for (long i = 0; i < tensor.Source.Rows; i++)
        {
            tensor.Source.Read(tensor.SourceRow(i) * row.Length, row);
            if (!tensor.IsMatrix)
            {
                writer.Write(MemoryMarshal.AsBytes<float>(row));
                continue;
            }
            System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(row, halves);
            writer.Write(MemoryMarshal.AsBytes<Half>(halves));
        }
    }

    /// <summary>A tensor under its name in the file; where <paramref name="PairedHead"/> is not 0, rows of heads of that size stand in pairs.</summary>
    private sealed record GgufTensor(string Name, TensorView Source, int PairedHead = 0)
    {
        public bool IsMatrix => Source.Shape.Length > 1;

        public long ByteCount => Source.ElementCount * (IsMatrix ? 2 : 4);

        /// <summary>Row 2i of a head is its row i, row 2i + 1 its row i + half.</summary>
        public long SourceRow(long row)
        {
            if (PairedHead == 0)
            {
                return row;
            }
            long inHead = row % PairedHead;
            return row - inHead + (inHead / 2) + (inHead % 2 * (PairedHead / 2));
        }
    }
}
