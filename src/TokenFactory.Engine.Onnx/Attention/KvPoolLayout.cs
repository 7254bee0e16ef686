using System.Runtime.InteropServices;

namespace TokenFactory.Engine.Onnx.Attention;

/// <summary>
/// Where a KV pool keeps what. A block holds, for every layer and KV head, a run of bytes that begins at a multiple of
/// <see cref="Alignment"/>: keys, values, scales of the keys, scales of the values, of all its tokens. Keys lie as
/// [groups, head size, <see cref="GroupTokens"/>], so that one load gives a dimension of as many tokens; values as
/// [tokens, <see cref="PaddedHead"/>], so that one gives as many dimensions of a token.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct KvPoolLayout
{
    public const int Alignment = 64;
    public const int Lanes = 16;

    /// <param name="format">How numbers are kept.</param>
    /// <param name="layers">Layers of the model.</param>
    /// <param name="kvHeads">KV heads of a layer.</param>
    /// <param name="headSize">Numbers of a head, a multiple of 8.</param>
    /// <param name="blockSize">Tokens of a block, at least 1; multiples of 16 are read in place, others are copied together first.</param>
    /// <exception cref="ArgumentOutOfRangeException">An extent is not positive, or the head size no multiple of 8.</exception>
    public KvPoolLayout(KvFormat format, int layers, int kvHeads, int headSize, int blockSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(layers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(kvHeads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(headSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(headSize % 8, 0, nameof(headSize));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        (Format, Layers, KvHeads, HeadSize, BlockSize) = (format, layers, kvHeads, headSize, blockSize);
        ElementBytes = format switch
        {
            KvFormat.Fp32 => Fp32Element.Bytes,
            KvFormat.Fp16 => Fp16Element.Bytes,
            _ => Int8Element.Bytes,
        };
        PaddedHead = (headSize + Lanes - 1) / Lanes * Lanes;
        GroupTokens = blockSize % Lanes == 0 ? Lanes : blockSize;
        long scales = format == KvFormat.Int8 ? Align((long)blockSize * sizeof(float)) : 0;
        ValueOffset = Align((long)blockSize * headSize * ElementBytes);
        KeyScaleOffset = ValueOffset + Align((long)blockSize * PaddedHead * ElementBytes);
        ValueScaleOffset = KeyScaleOffset + scales;
        HeadBytes = ValueScaleOffset + scales;
    }

    public KvFormat Format { get; }

    public int Layers { get; }

    public int KvHeads { get; }

    public int HeadSize { get; }

    public int BlockSize { get; }

    public int ElementBytes { get; }

    /// <summary>Numbers of a row of values: the head size rounded up to a vector.</summary>
    public int PaddedHead { get; }

    /// <summary>Tokens whose keys lie interleaved.</summary>
    public int GroupTokens { get; }

    /// <summary>Bytes of one block, layer and head.</summary>
    public long HeadBytes { get; }

    public long ValueOffset { get; }

    public long KeyScaleOffset { get; }

    public long ValueScaleOffset { get; }

    public long BlockBytes => HeadBytes * KvHeads * Layers;

    /// <summary>Whether tiles of keys and values can be read where they lie.</summary>
    public bool IsAligned => GroupTokens == Lanes;

    /// <summary>Offset of a run from the pool's begin.</summary>
    public long Run(int block, int layer, int head) => (block * BlockBytes) + ((((long)layer * KvHeads) + head) * HeadBytes);

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
