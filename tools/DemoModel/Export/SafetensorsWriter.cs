using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Export;

/// <summary>
/// Writes the safetensors format: a little-endian 64-bit header length, a JSON header padded with spaces to 8 bytes, the data.
/// </summary>
internal static class SafetensorsWriter
{
    /// <summary>Writes contiguous copies of <paramref name="tensors"/>, as BF16 (rounded to nearest even) or F32; replaces the file at once.</summary>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors, bool half)
    {
        string next = path + ".next";
        using (FileStream file = File.Create(next))
        {
            file.Write(Header(tensors, half));
            foreach ((_, Tensor value) in tensors)
                file.Write(Bytes(value, half));
        }
        File.Move(next, path, overwrite: true);
    }

    private static byte[] Header(IReadOnlyList<(string Name, Tensor Value)> tensors, bool half)
    {
        var root = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        long offset = 0;
        foreach ((string name, Tensor value) in tensors)
        {
            long end = offset + (value.numel() * (half ? 2 : 4));
            root[name] = new JsonObject
            {
                ["dtype"] = half ? "BF16" : "F32",
                ["shape"] = new JsonArray([.. value.shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(root);
        var header = new byte[8 + ((json.Length + 7) / 8 * 8)];
        header.AsSpan(8).Fill((byte)' ');
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        json.CopyTo(header, 8);
        return header;
    }

    private static byte[] Bytes(Tensor value, bool half)
    {
        using DisposeScope scope = NewDisposeScope();
        ReadOnlySpan<float> numbers = value.detach().contiguous().data<float>().ToArray();
        if (!half)
            return MemoryMarshal.AsBytes(numbers).ToArray();
        var bytes = new byte[numbers.Length * 2];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), RoundToBFloat16(numbers[i]));
        return bytes;
    }

    /// <summary>The upper half of a finite float's bits, rounded to the nearest even.</summary>
    internal static ushort RoundToBFloat16(float number)
    {
        uint bits = BitConverter.SingleToUInt32Bits(number);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
