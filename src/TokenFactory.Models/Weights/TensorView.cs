using System.Collections.Immutable;

namespace TokenFactory.Models.Weights;

/// <summary>
/// A tensor, or whole rows of one, in a memory-mapped file: row-major, rows along the first axis. Valid while its
/// <see cref="TensorStore"/> is open.
/// </summary>
public sealed unsafe class TensorView
{
    private readonly byte* _data;
    private readonly TensorScales? _scales;
    private readonly long _firstRow;

    internal TensorView(string file, string name, TensorType type, ImmutableArray<long> shape, byte* data)
        : this(file, name, type, shape, data, null, 0)
    {
    }

    private TensorView(string file, string name, TensorType type, ImmutableArray<long> shape, byte* data, TensorScales? scales, long firstRow)
    {
        (_scales, _firstRow) = (scales, firstRow);
        File = file;
        Name = name;
        Type = type;
        Shape = shape;
        _data = data;
        ElementCount = 1;
        foreach (long dimension in shape)
        {
            ElementCount *= dimension;
        }
    }

    /// <summary>Path of the file that holds it.</summary>
    public string File { get; }

    public string Name { get; }

    public TensorType Type { get; }

    public ImmutableArray<long> Shape { get; }

    public long ElementCount { get; }

    public long ByteCount => ElementCount * Type.Size();

    /// <summary>Extent of the first axis.</summary>
    public long Rows => Shape.IsEmpty ? 1 : Shape[0];

    /// <summary>Elements of one row.</summary>
    public long RowLength => Rows == 0 ? 0 : ElementCount / Rows;

    /// <summary>The stored bytes, without any scale, of <paramref name="count"/> elements from element <paramref name="offset"/> on.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + count, ElementCount);
        return new ReadOnlySpan<byte>(_data + (offset * Type.Size()), checked(count * Type.Size()));
    }

    /// <summary>Fills <paramref name="destination"/> with elements from <paramref name="offset"/> on, as float32, times their scales if they are stored with some.</summary>
    public void Read(long offset, Span<float> destination)
    {
        FloatConversion.ToSingle(Bytes(offset, destination.Length), Type, destination);
        _scales?.Apply(destination, (_firstRow * RowLength) + offset, RowLength);
    }

    /// <summary>The whole tensor as float32; for small ones.</summary>
    public float[] ToArray()
    {
        float[] values = new float[checked((int)ElementCount)];
        Read(0, values);
        return values;
    }

    /// <summary>Rows [<paramref name="first"/>, first + <paramref name="count"/>) as a tensor of their own, sharing the memory.</summary>
    public TensorView Slice(long first, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, Rows);
        return new TensorView(File, Name, Type, Shape.SetItem(0, count), _data + (first * RowLength * Type.Size()), _scales, _firstRow + first);
    }

    /// <summary>The same tensor with scales for its elements.</summary>
    internal TensorView Scaled(TensorScales scales) => new(File, Name, Type, Shape, _data, scales, _firstRow);
}
