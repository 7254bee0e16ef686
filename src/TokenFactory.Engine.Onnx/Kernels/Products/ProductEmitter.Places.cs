using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>Where the kernel's values lie: registers, activations, weights, the call.</summary>
internal sealed partial class ProductEmitter
{
    private static readonly ImmutableArray<AssemblerRegisterXMM> Saved =
        [xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    private int NibbleMask => _vector.Registers - 1;

    private static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);

    private static AssemblerMemoryOperand Field(string name) => __qword_ptr[Call + Offset<KernelCall>(name)];

    private int Sum(int row, int vector) => (row * SideBySide) + vector;

    /// <summary>The feature of its tile with which a vector begins.</summary>
    private int Feature(int part, int vector) => ((part * OfTile) + (vector % OfTile)) * _vector.Lanes;

    private AssemblerMemoryOperand Group(int step, int part, int vector) =>
        Tile(vector / OfTile) + ((step * PackedFormat.GroupBytes) + (Feature(part, vector) * PackedFormat.GroupColumns));

    // One stride reaches three tiles, as it reaches three rows; the kernel of several tiles has one row, and its registers are free.
    private static AssemblerMemoryOperand Tile(int tile) => tile switch
    {
        0 => Weights + 0,
        1 => Weights + TileStride + 0,
        2 => Weights + (TileStride * 2) + 0,
        _ => FourthTile + 0,
    };

    private void StartStrides()
    {
        if (_tiles == 1)
        {
            _code.mov(Stride, Field(nameof(KernelCall.ActivationStride)));
            _code.lea(ThirdRow, __[Stride + (Stride * 2)]);
            _code.add(ThirdRow, Rows);
        }
        else
        {
            _code.mov(TileStride, Field(nameof(KernelCall.TileStride)));
            _code.lea(FourthTile, __[TileStride + (TileStride * 2)]);
            _code.add(FourthTile, Weights);
        }
    }

    private static AssemblerMemoryOperand ActivationField(int row, string field) => Row(row, Offset<ActivationBlock>(field));

    // Two bases and one stride reach six rows without a register for each.
    private static AssemblerMemoryOperand Row(int row, int offset)
    {
        AssemblerRegister64 start = row < 3 ? Rows : ThirdRow;
        return (row % 3) switch
        {
            0 => start + offset,
            1 => start + Stride + offset,
            _ => start + (Stride * 2) + offset,
        };
    }

    private void EmitStores(int part)
    {
        _code.mov(Output, Field(nameof(KernelCall.Output)));
        _code.mov(Stride, Field(nameof(KernelCall.OutputStride)));
        for (int row = 0; row < _rows; row++)
        {
            for (int v = 0; v < SideBySide; v++)
            {
                if (v > 0 && v % OfTile == 0)
                {
                    _code.add(Output, Stride);
                }
                _vector.Store(Output + (Feature(part, v) * sizeof(float)), Sums + Sum(row, v));
            }
            _code.add(Output, Stride);
        }
    }

    // Windows keeps the lower halves of ten vector registers for the caller; other systems keep none.
    private void MoveSaved(bool store)
    {
        for (int i = 0; i < Saved.Length; i++)
        {
            AssemblerRegisterXMM register = Saved[i];
            AssemblerMemoryOperand place = __xmmword_ptr[Call + (Offset<KernelCall>(nameof(KernelCall.Saved)) + (i * 16))];
            if (store)
            {
                _code.vmovups(place, register);
            }
            else
            {
                _code.vmovups(register, place);
            }
        }
    }
}
