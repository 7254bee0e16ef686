namespace TokenFactory.Engine.Cuda.Modules;

/// <summary>What kernels over the KV cache are compiled for.</summary>
/// <param name="HeadSize">Numbers of a head, a multiple of 16, at most 256.</param>
/// <param name="BlockSize">Tokens of a KV block, a multiple of 16.</param>
/// <param name="IsFp8">Whether keys and values are kept as E4M3; else as elements.</param>
internal readonly record struct KvShape(int HeadSize, int BlockSize, bool IsFp8)
{
    private const int Step = 16;
    private const int MostHeadSize = 256;

    /// <summary>The macros that say so.</summary>
    /// <exception cref="NotSupportedException">No kernel does this shape.</exception>
    public IEnumerable<string> Constants()
    {
        if (HeadSize is <= 0 or > MostHeadSize || HeadSize % Step != 0)
        {
            throw new NotSupportedException($"Heads of {HeadSize} numbers: the kernels need a multiple of {Step}, at most {MostHeadSize}.");
        }
        if (BlockSize <= 0 || BlockSize % Step != 0)
        {
            throw new NotSupportedException($"KV blocks of {BlockSize} tokens: the kernels need a multiple of {Step}.");
        }
        string[] both = [$"HEAD_SIZE={HeadSize}", $"BLOCK_SIZE={BlockSize}"];
        return IsFp8 ? [.. both, "KV_FP8"] : both;
    }
}
