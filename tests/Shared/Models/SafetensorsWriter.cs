using System.Buffers.Binary;
using System.Text;

namespace TokenFactory.Tests.Shared.Models;

/// <summary>Writes safetensors files, right ones and wrong ones.</summary>
internal static class SafetensorsWriter
{
    public static void Write(string path, params (string Name, string Type, long[] Shape, byte[] Data)[] tensors)
    {
        StringBuilder header = new("{\"__metadata__\":{\"format\":\"pt\"}");
        long offset = 0;
        foreach ((string name, string type, long[] shape, byte[] data) in tensors)
        {
            header.Append($",\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{offset},{offset + data.Length}]}}");
            offset += data.Length;
        }
        WriteRaw(path, header.Append('}').ToString(), [.. tensors.SelectMany(tensor => tensor.Data)]);
    }

    public static void WriteRaw(string path, string header, byte[] data) => WriteRaw(path, Encoding.UTF8.GetBytes(header), data);

    public static void WriteRaw(string path, byte[] header, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. header, .. data]);
    }

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] BFloat16(params float[] values) =>
        [.. values.SelectMany(value => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)))];

    public static byte[] Halves(params float[] values) => [.. values.SelectMany(value => BitConverter.GetBytes((Half)value))];
}
