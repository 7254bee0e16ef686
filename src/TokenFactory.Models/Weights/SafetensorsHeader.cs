using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace TokenFactory.Models.Weights;

/// <summary>One tensor of a header: <paramref name="Begin"/> and <paramref name="End"/> are byte offsets into the data part.</summary>
internal readonly record struct TensorEntry(string Name, TensorType Type, ImmutableArray<long> Shape, long Begin, long End);

/// <summary>
/// The checked header of a safetensors file: 8 bytes little-endian header length, then JSON, then the tensors' bytes end to end.
/// (github.com/huggingface/safetensors, "Format".)
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    private SafetensorsHeader(ImmutableArray<TensorEntry> entries, long dataStart)
    {
        Entries = entries;
        DataStart = dataStart;
    }

    /// <summary>All tensors by ascending place.</summary>
    public ImmutableArray<TensorEntry> Entries { get; }

    /// <summary>File offset of the data part.</summary>
    public long DataStart { get; }

    /// <summary>Length of the JSON that follows the first 8 bytes; throws where it cannot be one.</summary>
    public static int JsonLength(string file, ReadOnlySpan<byte> first8, long fileLength)
    {
        ulong length = first8.Length < 8
            ? throw new ModelFormatException(file, null, $"the file has {fileLength} bytes, too few for a safetensors header; download it again")
            : BinaryPrimitives.ReadUInt64LittleEndian(first8);
        if (length > MaxHeaderBytes)
        {
            throw new ModelFormatException(
                file, null, $"the header claims {length} bytes, more than the format allows ({MaxHeaderBytes}); this is not a safetensors file");
        }
        return (long)length + 8 <= fileLength
            ? (int)length
            : throw new ModelFormatException(
                file, null, $"the header claims {length} bytes but the file has {fileLength}; it is truncated, download it again");
    }

    public static SafetensorsHeader Parse(string file, ReadOnlySpan<byte> json, long fileLength)
    {
        if (!Utf8.IsValid(json))
        {
            throw new ModelFormatException(file, null, "the header is not UTF-8; the file is damaged, download it again");
        }
        List<TensorEntry> entries;
        try
        {
            entries = HeaderJson.Read(file, json);
        }
        catch (JsonException e)
        {
            throw new ModelFormatException(file, null, $"the header is not valid JSON ({e.Message}); the file is damaged, download it again", e);
        }
        long dataStart = 8 + json.Length;
        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        CheckPlaces(file, entries, fileLength - dataStart);
        return new SafetensorsHeader([.. entries], dataStart);
    }

    // The format wants the tensors to cover the data part exactly: no overlap, no hole, nothing behind.
    private static void CheckPlaces(string file, List<TensorEntry> entries, long dataLength)
    {
        long covered = 0;
        foreach (TensorEntry entry in entries)
        {
            if (entry.Begin < covered)
            {
                throw new ModelFormatException(
                    file, entry.Name, $"its bytes begin at {entry.Begin}, inside the tensor before it, which ends at {covered}; the file is damaged");
            }
            if (entry.Begin > covered)
            {
                throw new ModelFormatException(
                    file, entry.Name, $"its bytes begin at {entry.Begin}, leaving a hole after {covered}; the file is damaged");
            }
            covered = entry.End;
            if (covered > dataLength)
            {
                throw new ModelFormatException(
                    file, entry.Name, $"its bytes end at {covered}, but the file holds {dataLength}; it is truncated, download it again");
            }
        }
        if (covered != dataLength)
        {
            throw new ModelFormatException(
                file, null, $"the tensors cover {covered} bytes, but {dataLength} follow the header; the file is damaged");
        }
    }
}
