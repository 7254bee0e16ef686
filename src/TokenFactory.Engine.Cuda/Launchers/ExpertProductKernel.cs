using System.Diagnostics;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Modules;

namespace TokenFactory.Engine.Cuda.Launchers;

/// <summary>What <see cref="ExpertProductKernel"/> does to its sums.</summary>
internal enum ExpertGate
{
    /// <summary>Nothing: the second product of an expert.</summary>
    None,

    /// <summary>SiLU of the gate, times up.</summary>
    Silu,

    /// <summary>GELU in its tanh form of the gate, times up.</summary>
    Gelu,

    /// <summary>gpt-oss's gate, with a limit on both.</summary>
    Limited,
}

/// <summary>Rows times the matrices of their experts; <c>expert_product.cu</c> has the shapes.</summary>
internal sealed unsafe class ExpertProductKernel : IDisposable
{
    // As in expert_product.cu.
    private const int Threads = 128;
    private const int Stride = 64 + 8;

    private readonly bool _isGated;
    private readonly Kernel _few;
    private readonly Kernel _many;

    /// <param name="loader">Compiles it.</param>
    /// <param name="gate">What is done to the sums.</param>
    public ExpertProductKernel(KernelLoader loader, ExpertGate gate)
    {
        _isGated = gate != ExpertGate.None;
        _few = Load(loader, gate, ExpertTiles.Few);
        _many = Load(loader, gate, ExpertTiles.Many);
    }

    /// <summary>The macros of a variant.</summary>
    public static IEnumerable<string> Constants(ExpertGate gate, int tileRows)
    {
        string[] gated = gate switch
        {
            ExpertGate.None => [],
            ExpertGate.Silu => ["GATED"],
            ExpertGate.Gelu => ["GATED", "ACTIVATION_GELU"],
            _ => ["GATED", "GATE_LIMIT"],
        };
        return [$"TILE_ROWS={tileRows}", $"TILE_COLUMNS={ColumnsOf(tileRows)}", $"STAGES={StagesOf(tileRows)}", .. gated];
    }

    /// <summary>Enqueues the product.</summary>
    /// <param name="result">Address, [pairs, outputs].</param>
    /// <param name="x">Address, a multiple of 16: [rows, inputs] of which the places' rows are gathered where it gates, else [pairs, inputs] in the order of places.</param>
    /// <param name="weights">Address, a multiple of 16: [experts, outputs, inputs], or twice the outputs where it gates.</param>
    /// <param name="bias">Address, [experts, outputs], or twice as many; 0 for none.</param>
    /// <param name="order">Address: what <see cref="ExpertOrderKernel"/> has made; read where it gates.</param>
    /// <param name="tiles">Address: the same.</param>
    /// <param name="tileCount">Address: the same.</param>
    /// <param name="shape">How much there is of each.</param>
    /// <param name="limit">Of <see cref="ExpertGate.Limited"/>.</param>
    /// <param name="stream">Where.</param>
    public void Launch(nint result, nint x, nint weights, nint bias, nint order, nint tiles, nint tileCount, in ExpertProductShape shape, float limit, CudaStream stream)
    {
        (int pairs, int experts, int chosen, int inputs, int outputs) = shape;
        Debug.Assert(inputs > 0 && inputs % 8 == 0 && x % 16 == 0 && weights % 16 == 0, "rows are read 16 bytes at a time");
        Debug.Assert(outputs > 0 && outputs % 2 == 0, "results are written two at a time");
        if (pairs == 0)
        {
            return;
        }
        int tileRows = ExpertTiles.RowsFor(pairs, experts), ofBlock = ColumnsOf(tileRows) / (_isGated ? 2 : 1);
        (tileRows == ExpertTiles.Few ? _few : _many).Launch(
            new LaunchGrid(ExpertTiles.Most(pairs, experts), (outputs + ofBlock - 1) / ofBlock), Threads,
            [
                (nint)(&result), (nint)(&x), (nint)(&weights), (nint)(&bias), (nint)(&order), (nint)(&tiles), (nint)(&tileCount), (nint)(&inputs), (nint)(&outputs),
                (nint)(&chosen), (nint)(&limit),
            ],
            stream);
    }

    public void Dispose()
    {
        _few.Dispose();
        _many.Dispose();
    }

    private static Kernel Load(KernelLoader loader, ExpertGate gate, int tileRows) =>
        loader.Load("expert_product", StagesOf(tileRows) * (tileRows + ColumnsOf(tileRows)) * Stride * sizeof(ushort), Constants(gate, tileRows));

    // Few rows wait for the weights, of which much is to be under way; many share what is read.
    private static int ColumnsOf(int tileRows) => tileRows == ExpertTiles.Few ? 64 : 128;

    private static int StagesOf(int tileRows) => tileRows == ExpertTiles.Few ? 3 : 2;
}

/// <summary>How much an <see cref="ExpertProductKernel"/> multiplies.</summary>
/// <param name="Pairs">(row, expert) pairs; with 0 nothing is done.</param>
/// <param name="Experts">Of a layer.</param>
/// <param name="Chosen">Experts of a row.</param>
/// <param name="Inputs">Numbers of a row, a multiple of 8.</param>
/// <param name="Outputs">Numbers of a result, even.</param>
internal readonly record struct ExpertProductShape(int Pairs, int Experts, int Chosen, int Inputs, int Outputs);
