using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// Emits the kernel of some rows against some tiles, for processors with AVX-512 VNNI: integer dot products of 4 columns a lane, of a
/// block in int32, scaled into float32 sums. Each row's sums are formed in one order whatever the kernel's extents, so that a row
/// comes out the same in any company.
/// </summary>
/// <remarks>Registers: first rows · tiles float sums, then as many integer ones, then the scratch named below. All general ones are the caller's to lose.</remarks>
internal sealed class ProductEmitter
{
    /// <summary>Most float sums of a kernel: two accumulators each, and eight registers of scratch, make 32.</summary>
    public const int MostSums = 12;

    /// <summary>Most rows of a kernel that asks for weights ahead of their use.</summary>
    private const int MostPrefetching = 4;

    private static readonly AssemblerRegisterZMM[] Registers =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    private readonly Assembler _code = new(64);
    private readonly int _bits;
    private readonly int _rows;
    private readonly int _tiles;
    private readonly AssemblerRegisterZMM _low = zmm24;
    private readonly AssemblerRegisterZMM _high = zmm25;
    private readonly AssemblerRegisterZMM _scale = zmm26;
    private readonly AssemblerRegisterZMM _zero = zmm27;
    private readonly AssemblerRegisterZMM _lowerHalves = zmm31;

    private ProductEmitter(int bits, int rows, int tiles)
    {
        _bits = bits;
        _rows = rows;
        _tiles = tiles;
    }

    /// <param name="bits">8 or 4.</param>
    /// <param name="rows">Rows, at most 8.</param>
    /// <param name="tiles">Tiles, at most 4; rows · tiles is at most <see cref="MostSums"/>.</param>
    /// <returns>Code that takes a <see cref="ProductCall"/> by address (System V's convention) and returns nothing.</returns>
    public static Assembler Emit(int bits, int rows, int tiles)
    {
        ProductEmitter emitter = new(bits, rows, tiles);
        emitter.Begin();
        emitter.Loop();
        emitter.End();
        return emitter._code;
    }

    private AssemblerRegisterZMM Sum(int row, int tile) => Registers[(row * _tiles) + tile];

    private AssemblerRegisterZMM Dot(int row, int tile) => Registers[(_rows * _tiles) + (row * _tiles) + tile];

    private static AssemblerMemoryOperand Argument(string field) => __[rdi + (int)Marshal.OffsetOf<ProductCall>(field)];

    private void Begin()
    {
        _code.mov(rax, Argument(nameof(ProductCall.Weights)));
        _code.mov(rcx, Argument(nameof(ProductCall.TileBytes)));
        _code.mov(rdx, Argument(nameof(ProductCall.Rows)));
        _code.mov(r8, Argument(nameof(ProductCall.RowBytes)));
        _code.mov(r9, Argument(nameof(ProductCall.Blocks)));
        // Rows 0 to 3 are rdx + {0, r8, 2·r8, r10}, rows 4 to 7 the same from r11; tiles are rax + {0, rcx, 2·rcx, rsi}.
        _code.lea(r10, __[r8 + (r8 * 2)]);
        _code.lea(rsi, __[rcx + (rcx * 2)]);
        if (_rows <= MostPrefetching)
        {
            // Nothing needs the rows from 4 on: the register follows the tiles that come next.
            _code.mov(r11, rcx);
            _code.imul(r11, r11, _tiles);
            _code.add(r11, rax);
        }
        else
        {
            _code.lea(r11, __[rdx + (r8 * 4)]);
        }
        for (int i = 0; i < _rows * _tiles; i++)
        {
            _code.vpxord(Registers[i], Registers[i], Registers[i]);
        }
        if (_bits == 4)
        {
            _code.push(0x0F0F0F0F);
            _code.vpbroadcastd(_lowerHalves, __dword_ptr[rsp]);
            _code.pop(r8);
            _code.mov(r8, Argument(nameof(ProductCall.RowBytes)));
        }
    }

    private void Loop()
    {
        Label top = _code.CreateLabel();
        _code.Label(ref top);
        if (_rows <= MostPrefetching)
        {
            Prefetch();
        }
        ClearDots();
        if (_bits == 8)
        {
            Dots8();
        }
        else
        {
            Dots4();
        }
        AddToSums();
        _code.add(rax, PackedFormat.BlockBytes(_bits));
        _code.add(rdx, RowQuantizer.BlockBytes);
        _code.add(r11, _rows <= MostPrefetching ? PackedFormat.BlockBytes(_bits) : RowQuantizer.BlockBytes);
        _code.dec(r9);
        _code.jnz(top);
    }

    // Few rows read weights faster than the processor foresees: tiles are short, and each begins anew. The same block of the tiles that come next.
    private void Prefetch()
    {
        for (int tile = 0; tile < _tiles; tile++)
        {
            for (int line = 0; line < PackedFormat.BlockBytes(_bits); line += 64)
            {
                _code.prefetcht0(tile switch
                {
                    0 => __byte_ptr[r11 + line],
                    1 => __byte_ptr[r11 + rcx + line],
                    2 => __byte_ptr[r11 + (rcx * 2) + line],
                    _ => __byte_ptr[r11 + rsi + line],
                });
            }
        }
    }

    private void ClearDots()
    {
        for (int row = 0; row < _rows; row++)
        {
            for (int tile = 0; tile < _tiles; tile++)
            {
                AssemblerRegisterZMM dot = Dot(row, tile);
                if (_bits == 4)
                {
                    _code.vpxord(dot, dot, dot);
                }
                else if (tile == 0)
                {
                    _code.vpbroadcastd(dot, Row(row, 36, __dword_ptr));
                }
                else
                {
                    _code.vmovdqa32(dot, Dot(row, 0));
                }
            }
        }
    }

    private void Dots8()
    {
        for (int group = 0; group < 8; group++)
        {
            for (int tile = 0; tile < _tiles; tile++)
            {
                _code.vmovdqu8(_low, Tile(tile, group * 64, __zmmword_ptr));
                AddDots(tile, group, _low);
            }
        }
    }

    private void Dots4()
    {
        for (int group = 0; group < 4; group++)
        {
            for (int tile = 0; tile < _tiles; tile++)
            {
                _code.vmovdqu8(_high, Tile(tile, group * 64, __zmmword_ptr));
                _code.vpandd(_low, _high, _lowerHalves);
                _code.vpsrld(_high, _high, 4);
                _code.vpandd(_high, _high, _lowerHalves);
                AddDots(tile, group, _low);
                AddDots(tile, group + 4, _high);
            }
        }
    }

    private void AddDots(int tile, int group, AssemblerRegisterZMM weights)
    {
        for (int row = 0; row < _rows; row++)
        {
            _code.vpdpbusd(Dot(row, tile), weights, Row(row, group * 4, __dword_bcst));
        }
    }

    private void AddToSums()
    {
        for (int tile = 0; tile < _tiles; tile++)
        {
            _code.vcvtph2ps(_scale, Tile(tile, PackedFormat.WeightBytes(_bits), __ymmword_ptr));
            if (_bits == 4)
            {
                _code.vpmovzxbd(_zero, Tile(tile, PackedFormat.ZerosOffset(_bits), __xmmword_ptr));
                _code.vcvtdq2ps(_zero, _zero);
                _code.vmulps(_zero, _zero, _scale);
            }
            for (int row = 0; row < _rows; row++)
            {
                _code.vcvtdq2ps(Dot(row, tile), Dot(row, tile));
                _code.vmulps(_low, _scale, Row(row, 32, __dword_bcst));
                _code.vfmadd231ps(Sum(row, tile), Dot(row, tile), _low);
                if (_bits == 4)
                {
                    _code.vfmadd231ps(Sum(row, tile), _zero, Row(row, 36, __dword_bcst));
                }
            }
        }
    }

    private void End()
    {
        Label store = _code.CreateLabel();
        _code.kmovw(k1, Argument(nameof(ProductCall.LastMask)));
        _code.mov(rax, Argument(nameof(ProductCall.Bias)));
        _code.test(rax, rax);
        _code.jz(store);
        for (int tile = 0; tile < _tiles; tile++)
        {
            AssemblerRegisterZMM bias = tile == _tiles - 1 ? _low.k1.z : _low;
            _code.vmovups(bias, __zmmword_ptr[rax + (tile * 64)]);
            for (int row = 0; row < _rows; row++)
            {
                _code.vaddps(Sum(row, tile), Sum(row, tile), _low);
            }
        }
        _code.Label(ref store);
        _code.mov(rax, Argument(nameof(ProductCall.Results)));
        _code.mov(rcx, Argument(nameof(ProductCall.ResultBytes)));
        for (int row = 0; row < _rows; row++)
        {
            for (int tile = 0; tile < _tiles; tile++)
            {
                AssemblerMemoryOperand target = __zmmword_ptr[rax + (tile * 64)];
                _code.vmovups(tile == _tiles - 1 ? target.k1 : target, Sum(row, tile));
            }
            _code.add(rax, rcx);
        }
        _code.vzeroupper();
        _code.ret();
    }

    private AssemblerMemoryOperand Row(int row, int offset, AssemblerMemoryOperandFactory size)
    {
        AssemblerRegister64 from = row < 4 ? rdx : r11;
        return (row % 4) switch
        {
            0 => size[from + offset],
            1 => size[from + r8 + offset],
            2 => size[from + (r8 * 2) + offset],
            _ => size[from + r10 + offset],
        };
    }

    private AssemblerMemoryOperand Tile(int tile, int offset, AssemblerMemoryOperandFactory size) => tile switch
    {
        0 => size[rax + offset],
        1 => size[rax + rcx + offset],
        2 => size[rax + (rcx * 2) + offset],
        _ => size[rax + rsi + offset],
    };
}
