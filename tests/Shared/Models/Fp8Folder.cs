using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TokenFactory.Models;
using TokenFactory.Models.Weights;

namespace TokenFactory.Tests.Shared.Models;

/// <summary>What shares a scale in a matrix that is stored as FP8, as published models have it.</summary>
public enum Fp8Scales
{
    /// <summary>quant_method fp8: one for the matrix.</summary>
    Matrix,

    /// <summary>compressed-tensors: one for each row.</summary>
    Row,

    /// <summary>quant_method fp8 with weight_block_size: blocks of 32 x 48, so that the last ones are smaller.</summary>
    Block,
}

/// <summary>Stores a model's layers as FP8.</summary>
internal static class Fp8Folder
{
    private const int BlockRows = 32;
    private const int BlockColumns = 48;

    /// <summary>Stores the model of a folder anew in its place.</summary>
    public static ModelFolder Convert(ModelFolder folder, Fp8Scales scales)
    {
        List<(string Name, string Type, long[] Shape, byte[] Data)> tensors = [];
        using (TensorStore store = folder.OpenWeights())
        {
            foreach (string name in store.Names)
            {
                _ = store.TryGet(name, out TensorView tensor);
                if (tensor.Shape.Length == 2 && name.Contains(".layers.", StringComparison.Ordinal))
                {
                    tensors.AddRange(Quantize(tensor, scales));
                }
                else
                {
                    tensors.Add((name, tensor.Type.ToString(), [.. tensor.Shape], tensor.Bytes(0, (int)tensor.ElementCount).ToArray()));
                }
            }
        }
        SafetensorsWriter.Write(Path.Combine(folder.Path, "model.safetensors"), [.. tensors]);
        string config = Path.Combine(folder.Path, "config.json");
        JsonObject fields = JsonNode.Parse(File.ReadAllText(config))!.AsObject();
        fields["quantization_config"] = JsonNode.Parse(scales switch
        {
            Fp8Scales.Row => """{"quant_method": "compressed-tensors", "config_groups": {"group_0": {"weights": {"type": "float", "num_bits": 8, "strategy": "channel"}}}}""",
            Fp8Scales.Block => """{"quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [32, 48]}""",
            _ => """{"quant_method": "fp8", "activation_scheme": "dynamic"}""",
        });
        File.WriteAllText(config, fields.ToJsonString());
        return ModelFolder.Open(folder.Path);
    }

    private static IEnumerable<(string, string, long[], byte[])> Quantize(TensorView tensor, Fp8Scales scales)
    {
        (int rows, int columns) = ((int)tensor.Rows, (int)tensor.RowLength);
        (int blockRows, int blockColumns) = scales switch { Fp8Scales.Row => (1, columns), Fp8Scales.Block => (BlockRows, BlockColumns), _ => (rows, columns) };
        (int down, int beside) = ((rows + blockRows - 1) / blockRows, (columns + blockColumns - 1) / blockColumns);
        float[] numbers = tensor.ToArray(), largest = new float[down * beside];
        for (int i = 0; i < numbers.Length; i++)
        {
            ref float most = ref largest[BlockOf(i)];
            most = Math.Max(most, Math.Abs(numbers[i]));
        }
        float[] factors = [.. largest.Select(most => most / 448)];
        yield return (tensor.Name, "F8_E4M3", [rows, columns], [.. numbers.Select((number, i) => ToE4M3(number / factors[BlockOf(i)]))]);
        long[] shape = scales switch { Fp8Scales.Row => [rows, 1], Fp8Scales.Block => [down, beside], _ => [] };
        yield return (tensor.Name + (scales == Fp8Scales.Block ? "_scale_inv" : "_scale"), "F32", shape, MemoryMarshal.AsBytes(factors.AsSpan()).ToArray());

        int BlockOf(int i) => (i / columns / blockRows * beside) + (i % columns / blockColumns);
    }

    // Steps of the exponent's eighth, which is that of 2^-6 below it; a step past the last is the next exponent's first.
    private static byte ToE4M3(float number)
    {
        byte sign = (byte)(float.IsNegative(number) ? 0x80 : 0);
        float size = Math.Min(Math.Abs(number), 448);
        int exponent = size < MathF.ScaleB(1, -6) ? -6 : (int)MathF.Floor(MathF.Log2(size));
        int steps = (int)MathF.Round(MathF.ScaleB(size, 3 - exponent));
        return (byte)(sign | (steps < 8 ? steps : ((exponent + 6) * 8) + steps));
    }
}
