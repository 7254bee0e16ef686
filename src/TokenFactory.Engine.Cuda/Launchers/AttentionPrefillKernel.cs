using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Attention of prefill chunks; <c>attention_prefill.cu</c> has the shapes.</summary>
internal sealed unsafe class AttentionPrefillKernel(KernelLoader loader, KvShape shape) : IDisposable
{
    /// <summary>Most tokens of a <see cref="PrefillTile"/>.</summary>
    public const int TokensOfTile = 64;

    // As in attention_prefill.cu.
    private const int Threads = 128;
    private const int TilesOfBlock = 4;

    private readonly Kernel _kernel = loader.Load("attention_prefill", TilesOfBlock * AttentionDecodeKernel.TileBytes(shape.HeadSize), shape.Constants());
    private readonly int _headSize = shape.HeadSize;

    /// <summary>How many tiles a chunk has.</summary>
    public static int TilesOf(int tokens) => (tokens + TokensOfTile - 1) / TokensOfTile;

    /// <summary>Cuts a chunk of a sequence into tiles.</summary>
    /// <param name="firstToken">The chunk's first row in qkv.</param>
    /// <param name="position">That token's position.</param>
    /// <param name="count">Tokens of the chunk.</param>
    /// <param name="row">The sequence's row of the block tables.</param>
    /// <param name="tiles">Takes <see cref="TilesOf"/> tiles.</param>
    public static void Cut(int firstToken, int position, int count, int row, Span<PrefillTile> tiles)
    {
        for (int done = 0, i = 0; done < count; done += TokensOfTile, i++)
        {
            tiles[i] = new PrefillTile(firstToken + done, position + done, Math.Min(TokensOfTile, count - done), row);
        }
    }

    /// <param name="arguments">Shapes and addresses.</param>
    /// <param name="tiles">Address of <see cref="PrefillTile"/>s.</param>
    /// <param name="count">Their number; 0 does nothing.</param>
    /// <param name="stream">Where.</param>
    public void Launch(in AttentionArguments arguments, nint tiles, int count, CudaStream stream)
    {
        Debug.Assert(arguments.KvHeads > 0 && arguments.QueryHeads % arguments.KvHeads == 0, "query heads share KV heads evenly");
        Debug.Assert(arguments.QkvStride >= arguments.QueryHeads * _headSize && arguments.QkvStride % 2 == 0, "a row of qkv begins with all queries");
        if (count == 0)
        {
            return;
        }
        AttentionArguments a = arguments;
        _kernel.Launch(
            new LaunchGrid(count, a.QueryHeads), Threads,
            [
                (nint)(&a.Result), (nint)(&a.Qkv), (nint)(&a.QkvStride), (nint)(&a.Keys), (nint)(&a.Values), (nint)(&tiles), (nint)(&a.BlockTables), (nint)(&a.TableStride),
                (nint)(&a.QueryHeads), (nint)(&a.KvHeads), (nint)(&a.Scale), (nint)(&a.SoftCap), (nint)(&a.Window), (nint)(&a.KeyScale), (nint)(&a.ValueScale), (nint)(&a.Sinks),
            ],
            stream);
    }

    public void Dispose() => _kernel.Dispose();
}

/// <summary>Up to 64 tokens of one sequence's chunk, as attention_prefill.cu reads them.</summary>
/// <param name="FirstToken">Row in qkv.</param>
/// <param name="Position">That token's position.</param>
/// <param name="Count">Tokens, at most 64; 0 for a tile that does nothing, whose row must name a block all the same.</param>
/// <param name="Row">The sequence's row of the block tables.</param>
internal readonly record struct PrefillTile(int FirstToken, int Position, int Count, int Row);
