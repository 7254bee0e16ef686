using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Export;

/// <summary>Reads the F32 and BF16 files that <see cref="SafetensorsWriter"/> writes.</summary>
internal static class SafetensorsReader
{
    /// <summary>Fills each tensor from the one of its name in the file.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another size.</exception>
    public static void Fill(string path, IEnumerable<(string Name, Tensor Value)> tensors)
    {
        byte[] file = File.ReadAllBytes(path);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using JsonDocument root = JsonDocument.Parse(file.AsMemory(8, header));
        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor value) in tensors)
        {
            if (!root.RootElement.TryGetProperty(name, out JsonElement entry))
                throw new InvalidDataException($"{path} has no tensor {name}");
            float[] numbers = Numbers(file.AsSpan(8 + header), entry);
            if (numbers.Length != value.numel())
                throw new InvalidDataException($"{path}: {name} has {numbers.Length} elements, expected {value.numel()}");
            using Tensor loaded = tensor(numbers);
            using Tensor shaped = loaded.reshape(value.shape);
            value.copy_(shaped);
        }
    }

    private static float[] Numbers(ReadOnlySpan<byte> data, JsonElement entry)
    {
        JsonElement offsets = entry.GetProperty("data_offsets");
        ReadOnlySpan<byte> bytes = data[offsets[0].GetInt32()..offsets[1].GetInt32()];
        if (entry.GetProperty("dtype").GetString() == "F32")
            return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        var numbers = new float[bytes.Length / 2];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16);
        return numbers;
    }
}
