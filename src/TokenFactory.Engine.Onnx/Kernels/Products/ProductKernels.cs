using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>The emitted kernels of a level, for every number of rows and of bits. Made at first use, kept for the process.</summary>
internal sealed unsafe class ProductKernels
{
    private static readonly ConcurrentDictionary<CpuLevel, Lazy<ProductKernels>> Levels = new();

    private readonly CodeMemory _code;
    private readonly nint* _entries;

    private ProductKernels(CpuLevel level)
    {
        int count = 2 * ProductEmitter.MostRows;
        Span<int> offsets = stackalloc int[count];
        using var stream = new MemoryStream();
        for (int i = 0; i < count; i++)
        {
            offsets[i] = (int)stream.Length;
            Emit(level, i < ProductEmitter.MostRows ? 4 : 8, (i % ProductEmitter.MostRows) + 1, stream);
        }
        _code = new CodeMemory(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        _entries = (nint*)NativeMemory.Alloc((nuint)count, (nuint)sizeof(nint));
        for (int i = 0; i < count; i++)
        {
            _entries[i] = _code.Base + offsets[i];
        }
    }

    /// <summary>The kernels of a level.</summary>
    /// <exception cref="PlatformNotSupportedException">This machine does not have the level.</exception>
    public static ProductKernels Of(CpuLevel level) => level != CpuLevel.None && CpuLevels.Has(level)
        ? Levels.GetOrAdd(level, one => new Lazy<ProductKernels>(() => new ProductKernels(one))).Value
        : throw new PlatformNotSupportedException($"This processor has no matrix kernels of level {level}.");

    /// <summary>The kernels for weights of 4 or 8 bits: the first for one row, the next for two, and so on.</summary>
    public nint* Entries(int bits) => _entries + (bits == 4 ? 0 : ProductEmitter.MostRows);

    private static void Emit(CpuLevel level, int bits, int rows, Stream stream)
    {
        const int Alignment = 64;
        var assembler = new Assembler(64);
        ProductEmitter.Emit(assembler, new Avx512Code(assembler), bits, rows);
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        while (stream.Length % Alignment != 0)
        {
            stream.WriteByte(0xCC);
        }
    }
}
