using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>Norms and rotates queries and keys, and files keys and values; <c>rope_kv_write.cu</c> has the shapes.</summary>
internal sealed unsafe class RopeKvWriteKernel : IDisposable
{
    private const int Threads = 128;
    private const int WarpsOfBlock = Threads / 32;

    private readonly Kernel _kernel;

    /// <param name="loader">Compiles it.</param>
    /// <param name="shape">The KV cache's.</param>
    /// <param name="rotary">Numbers of a head that are rotated, its first ones; even, 0 for none.</param>
    /// <param name="norms">Whether queries and keys are normed.</param>
    public RopeKvWriteKernel(KernelLoader loader, KvShape shape, int rotary, bool norms)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rotary);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rotary, shape.HeadSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rotary % 2, 0, nameof(rotary));
        List<string> constants = [.. shape.Constants(), rotary == 0 ? "ROPE_NONE" : $"ROTARY={rotary}"];
        if (norms)
        {
            constants.Add("QK_NORM");
        }
        _kernel = loader.Load("rope_kv_write", WarpsOfBlock * sizeof(float), constants);
    }

    public void Launch(in RopeKvWriteArguments arguments, CudaStream stream)
    {
        Debug.Assert(arguments.QueryHeads > 0 && arguments.KvHeads > 0, "there are heads");
        if (arguments.Tokens == 0)
        {
            return;
        }
        RopeKvWriteArguments a = arguments;
        int heads = a.QueryHeads + (2 * a.KvHeads);
        _kernel.Launch(
            new LaunchGrid(a.Tokens, (heads + WarpsOfBlock - 1) / WarpsOfBlock), Threads,
            [
                (nint)(&a.Qkv), (nint)(&a.Keys), (nint)(&a.Values), (nint)(&a.Positions), (nint)(&a.Rows), (nint)(&a.BlockTables), (nint)(&a.TableStride), (nint)(&a.CosSin),
                (nint)(&a.QueryNorm), (nint)(&a.KeyNorm), (nint)(&a.Epsilon), (nint)(&a.WeightOffset), (nint)(&a.QueryHeads), (nint)(&a.KvHeads), (nint)(&a.KeyScale),
                (nint)(&a.ValueScale), (nint)(&a.Norm),
            ],
            stream);
    }

    public void Dispose() => _kernel.Dispose();
}

/// <summary>What <see cref="RopeKvWriteKernel"/> works on. Addresses lie on the device.</summary>
internal struct RopeKvWriteArguments
{
    public RopeKvWriteArguments()
    {
    }

    /// <summary>[Tokens, (QueryHeads + 2 * KvHeads) * head size]: queries, keys, values. Queries are changed in place.</summary>
    public nint Qkv;

    /// <summary>What is left to do to <see cref="Qkv"/>.</summary>
    public LateNorm Norm;

    /// <summary>The layer's plane of keys.</summary>
    public nint Keys;

    /// <summary>The layer's plane of values.</summary>
    public nint Values;

    /// <summary>[Tokens].</summary>
    public nint Positions;

    /// <summary>[Tokens]: each token's row of the block tables.</summary>
    public nint Rows;

    /// <summary>[rows, TableStride].</summary>
    public nint BlockTables;

    /// <summary>[positions, rotary / 2, 2] of float: cosine and sine of each pair. Not read where nothing is rotated.</summary>
    public nint CosSin;

    /// <summary>[head size]; read with norms only.</summary>
    public nint QueryNorm;

    /// <summary>[head size]; read with norms only.</summary>
    public nint KeyNorm;

    public int Tokens;
    public int TableStride;
    public int QueryHeads;
    public int KvHeads;
    public float Epsilon;
    public float WeightOffset;

    /// <summary>What a kept key times this is; read with FP8 only.</summary>
    public float KeyScale = 1;

    /// <summary>What a kept value times this is; read with FP8 only.</summary>
    public float ValueScale = 1;
}
