using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>The emitted kernels of a level, for every number of rows and of bits. Made at first use, kept for the process.</summary>
internal sealed unsafe class ProductKernels
{
    private static readonly ConcurrentDictionary<CpuLevel, Lazy<ProductKernels>> Levels = new();

    private readonly KernelTable* _tables;

    private ProductKernels(CpuLevel level)
    {
        _tables = (KernelTable*)NativeMemory.AllocZeroed(2, (nuint)sizeof(KernelTable));
        using MemoryStream stream = new();
        // No kernel lies at 0, which says that there is none.
        stream.WriteByte(0);
        Emit(level, 4, Table(4), stream);
        Emit(level, 8, Table(8), stream);
        // Nothing gives the code back: kernels run on threads that nobody here knows.
        CodeMemory code = new(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        Table(4)->Move(code.Base);
        Table(8)->Move(code.Base);
    }

    /// <summary>The kernels of a level.</summary>
    /// <exception cref="PlatformNotSupportedException">This machine does not have the level.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">The system does not let the process make code.</exception>
    public static ProductKernels Of(CpuLevel level) => level != CpuLevel.None && CpuLevels.Has(level)
        ? Levels.GetOrAdd(level, one => new Lazy<ProductKernels>(() => new ProductKernels(one))).Value
        : throw new PlatformNotSupportedException($"This processor has no matrix kernels of level {level}.");

    /// <summary>The kernels for weights of 4 or 8 bits; they stay for as long as the process runs.</summary>
    public KernelTable* Table(int bits) => _tables + (bits / 8);

    // Positions in the code become addresses once the code has its place.
    private static void Emit(CpuLevel level, int bits, KernelTable* table, MemoryStream stream)
    {
        VectorCode registers = VectorCode.Of(level, new Assembler(64));
        table->Rows = ProductEmitter.MostRows(registers);
        for (int rows = 1; rows <= table->Rows; rows++)
        {
            table->Entries[rows - 1] = Write(assembler => ProductEmitter.Emit(assembler, VectorCode.Of(level, assembler), bits, rows), stream);
        }
        if (ProductEmitter.TakesFourTiles(registers))
        {
            table->FourTiles = Write(assembler => ProductEmitter.EmitFourTiles(assembler, VectorCode.Of(level, assembler), bits), stream);
        }
    }

    private static long Write(Action<Assembler> emit, MemoryStream stream)
    {
        const int Alignment = 64;
        stream.Write(new byte[-(int)stream.Length & (Alignment - 1)]);
        long start = stream.Length;
        Assembler assembler = new(64);
        emit(assembler);
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        return start;
    }
}
