using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Attention of decode rows; <c>attention_decode.cu</c> has the shapes.</summary>
internal sealed unsafe class AttentionDecodeKernel(KernelLoader loader, KvShape shape) : IDisposable
{
    // As in attention_decode.cu and attention_tile.cuh.
    private const int ThreadsOfWarp = 32;
    private const int RowsOfTile = 16;
    private const int TilesOfWarp = 4;

    // A split that works on fewer keys costs more in joining than it saves.
    private const int LeastKeysOfSplit = 256;
    private const int MostSplits = 64;

    private readonly Kernel _kernel = loader.Load(
        "attention_decode", WarpsFor(shape.HeadSize) * TilesOfWarp * TileBytes(shape.HeadSize), [.. shape.Constants(), $"WARPS={WarpsFor(shape.HeadSize)}"]);

    private readonly int _threads = WarpsFor(shape.HeadSize) * ThreadsOfWarp;
    private readonly int _headSize = shape.HeadSize;

    /// <summary>Bytes of 16 keys, or values, in shared memory.</summary>
    internal static int TileBytes(int headSize) => RowsOfTile * (headSize + 8) * sizeof(ushort);

    /// <summary>Over how many blocks the keys of a sequence are spread, so that the device has work for each of its multiprocessors.</summary>
    /// <param name="tokens">Decode rows of the step.</param>
    /// <param name="queryHeads">Heads of queries.</param>
    /// <param name="kvHeads">Heads of keys.</param>
    /// <param name="context">The longest context that this may be launched for.</param>
    /// <param name="multiprocessors">The device's.</param>
    public static int SplitsFor(int tokens, int queryHeads, int kvHeads, int context, int multiprocessors)
    {
        int blocks = Math.Max(1, tokens * kvHeads * Groups(queryHeads, kvHeads));
        int wanted = ((2 * multiprocessors) + blocks - 1) / blocks;
        return Math.Clamp(Math.Min(wanted, (context + LeastKeysOfSplit - 1) / LeastKeysOfSplit), 1, MostSplits);
    }

    /// <summary>Bytes of the memory for what splits have gathered; at least a few, so that it can be allocated.</summary>
    public long PartialBytes(int tokens, int queryHeads, int splits) => Math.Max(1, splits == 1 ? 0 : (long)tokens * queryHeads * splits * (_headSize + 2) * sizeof(float));

    /// <summary>Numbers of the memory that counts finished splits.</summary>
    public static int DoneCount(int tokens, int queryHeads, int kvHeads) => tokens * kvHeads * Groups(queryHeads, kvHeads);

    /// <param name="arguments">Shapes and addresses.</param>
    /// <param name="tokens">Decode rows, a token each; 0 does nothing.</param>
    /// <param name="positions">Address, [tokens].</param>
    /// <param name="rows">Address, [tokens]: each token's row of the block tables.</param>
    /// <param name="partial">Address of <see cref="PartialBytes"/>; no other launch under way uses it. Not read with one split.</param>
    /// <param name="done">Address of <see cref="DoneCount"/> numbers, zero before the first launch and left zero by each.</param>
    /// <param name="splits">From <see cref="SplitsFor"/>, or any from 1.</param>
    /// <param name="stream">Where.</param>
    public void Launch(in AttentionArguments arguments, int tokens, nint positions, nint rows, nint partial, nint done, int splits, CudaStream stream)
    {
        Debug.Assert(arguments.KvHeads > 0 && arguments.QueryHeads % arguments.KvHeads == 0, "query heads share KV heads evenly");
        Debug.Assert(arguments.QkvStride >= arguments.QueryHeads * _headSize && arguments.QkvStride % 2 == 0, "a row of qkv begins with all queries");
        Debug.Assert(splits >= 1, "there is a split");
        if (tokens == 0)
        {
            return;
        }
        AttentionArguments a = arguments;
        _kernel.Launch(
            new LaunchGrid(tokens, a.KvHeads * Groups(a.QueryHeads, a.KvHeads), splits), _threads,
            [
                (nint)(&a.Result), (nint)(&a.Qkv), (nint)(&a.QkvStride), (nint)(&a.Keys), (nint)(&a.Values), (nint)(&positions), (nint)(&rows), (nint)(&a.BlockTables),
                (nint)(&a.TableStride), (nint)(&partial), (nint)(&done), (nint)(&a.QueryHeads), (nint)(&a.KvHeads), (nint)(&a.Scale), (nint)(&a.SoftCap), (nint)(&a.Window),
                (nint)(&a.KeyScale), (nint)(&a.ValueScale), (nint)(&a.Sinks),
            ],
            stream);
    }

    public void Dispose() => _kernel.Dispose();

    // With more, the tiles of wide heads leave room for one block of a multiprocessor, or for none.
    private static int WarpsFor(int headSize) => headSize > 128 ? 2 : 4;

    private static int Groups(int queryHeads, int kvHeads) => ((queryHeads / kvHeads) + RowsOfTile - 1) / RowsOfTile;
}
