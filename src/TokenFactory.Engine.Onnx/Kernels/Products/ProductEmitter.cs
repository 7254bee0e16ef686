using System.Runtime.InteropServices;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// Emits the kernel that multiplies one tile of weights with a few rows of activations: y[r, 0..31] = Σ over blocks of
/// (weight scale · activation scale · integer product). Called as void(KernelCall*), in either system's convention.
/// For one row there is also a kernel of four tiles that lie apart: memory gives more to a thread that reads several runs at once.
/// </summary>
/// <remarks>
/// Registers, of rows R and V vectors side by side: R·V integer sums of the block, R·V float sums, then the working registers.
/// The general registers used need no saving in either convention. Vectors that do not fit side by side are further parts, each
/// a pass over the tile, which by then lies in the first cache.
/// </remarks>
internal sealed partial class ProductEmitter
{
    private const int OfTile = 2;
    private const int CacheLine = 64;
    private const int Steps = PackedFormat.BlockColumns / PackedFormat.GroupColumns;

    // At the rate at which one row uses up each of four runs of weights, the former covers the time that memory takes, the latter that of
    // the second cache: the first has too few places for all that memory has to have under way.
    private const int FarAheadBytes = 8192;
    private const int NearAheadBytes = 512;

    private static readonly AssemblerRegister64 Call = rax;
    private static readonly AssemblerRegister64 Output = rcx;
    private static readonly AssemblerRegister64 Ahead = rcx;
    private static readonly AssemblerRegister64 Weights = rdx;
    private static readonly AssemblerRegister64 Rows = r8;
    private static readonly AssemblerRegister64 ThirdRow = r9;
    private static readonly AssemblerRegister64 Stride = r10;
    private static readonly AssemblerRegister64 TileStride = r9;
    private static readonly AssemblerRegister64 FourthTile = r10;
    private static readonly AssemblerRegister64 Count = r11;

    private readonly Assembler _code;
    private readonly VectorCode _vector;
    private readonly int _bits;
    private readonly int _rows;
    private readonly int _tiles;

    private ProductEmitter(Assembler code, VectorCode vector, int bits, int rows, int tiles)
    {
        _code = code;
        _vector = vector;
        _bits = bits;
        _rows = rows;
        _tiles = tiles;
    }

    private int SideBySide => OfTile * _tiles;

    private int Sums => _rows * SideBySide;

    private int FirstScratch => 2 * Sums;

    private int Activation => FirstScratch + SideBySide;

    /// <summary>The most rows of one kernel: as many as the registers' sums allow beside two of weights, one of activations and the mask.</summary>
    public static int MostRows(VectorCode vector) => Math.Min((vector.Registers - OfTile - 2) / (2 * OfTile), KernelTable.MostRows);

    /// <summary>Whether the registers suffice for four tiles side by side.</summary>
    public static bool TakesFourTiles(VectorCode vector) => PackedFormat.TileRows == vector.Lanes * OfTile;

    /// <summary>Adds the kernel of one tile and so many rows at the assembler's place.</summary>
    public static void Emit(Assembler code, VectorCode vector, int bits, int rows) => new ProductEmitter(code, vector, bits, rows, tiles: 1).EmitAll();

    /// <summary>Adds the kernel of four tiles and one row at the assembler's place.</summary>
    public static void EmitFourTiles(Assembler code, VectorCode vector, int bits) => new ProductEmitter(code, vector, bits, rows: 1, KernelTable.TilesTogether).EmitAll();

    private void EmitAll()
    {
        bool windows = OperatingSystem.IsWindows();
        _code.mov(Call, windows ? rcx : rdi);
        if (windows)
        {
            MoveSaved(store: true);
        }
        int parts = PackedFormat.TileRows / (_vector.Lanes * OfTile);
        _vector.Start();
        for (int part = 0; part < parts; part++)
        {
            EmitPart(part);
        }
        if (windows)
        {
            MoveSaved(store: false);
        }
        _code.vzeroupper();
        _code.ret();
    }

    private void EmitPart(int part)
    {
        _code.mov(Weights, Field(nameof(KernelCall.Weights)));
        _code.mov(Rows, Field(nameof(KernelCall.Activations)));
        _code.mov(Ahead, Field(nameof(KernelCall.Ahead)));
        _code.mov(Count, Field(nameof(KernelCall.Blocks)));
        StartStrides();
        for (int i = 0; i < Sums; i++)
        {
            _vector.Zero(Sums + i);
        }
        if (_bits == 4)
        {
            _vector.Broadcast(NibbleMask, Call + Offset<KernelCall>(nameof(KernelCall.NibbleMask)));
        }
        Label block = _code.CreateLabel();
        _code.Label(ref block);
        EmitBlock(part);
        _code.add(Weights, PackedFormat.BlockBytes(_bits));
        _code.add(Rows, Marshal.SizeOf<ActivationBlock>());
        _code.add(_tiles == 1 ? ThirdRow : FourthTile, _tiles == 1 ? Marshal.SizeOf<ActivationBlock>() : PackedFormat.BlockBytes(_bits));
        _code.dec(Count);
        _code.jnz(block);
        EmitStores(part);
    }

    private void EmitBlock(int part)
    {
        if (part == 0)
        {
            EmitFetches();
        }
        if (_bits == 8)
        {
            StartSums8();
        }
        else
        {
            StartSums4(part);
        }
        EmitSteps(part);
        EmitScaling(part);
    }

    private void EmitFetches()
    {
        for (int line = 0; line < PackedFormat.BlockBytes(_bits); line += CacheLine)
        {
            for (int tile = 0; tile < _tiles; tile++)
            {
                if (_tiles == 1)
                {
                    _code.prefetcht0(__byte_ptr[Weights + Ahead + line]);
                }
                else
                {
                    _code.prefetcht1(__byte_ptr[Tile(tile) + (FarAheadBytes + line)]);
                    _code.prefetcht0(__byte_ptr[Tile(tile) + (NearAheadBytes + line)]);
                }
            }
        }
    }

    private void StartSums8()
    {
        for (int row = 0; row < _rows; row++)
        {
            for (int v = 0; v < SideBySide; v++)
            {
                _vector.StartSum8(Sum(row, v), ActivationField(row, nameof(ActivationBlock.NegativeSum8)));
            }
        }
    }

    private void StartSums4(int part)
    {
        for (int v = 0; v < SideBySide; v++)
        {
            int feature = Feature(part, v);
            _vector.LoadBytes(FirstScratch + v, Tile(v / OfTile) + (PackedFormat.ZeroOffset(4) + (feature % 16)));
            if (feature >= 16)
            {
                _vector.ShiftNibble(FirstScratch + v);
            }
            else
            {
                _vector.And(FirstScratch + v, FirstScratch + v, NibbleMask);
            }
        }
        for (int row = 0; row < _rows; row++)
        {
            for (int v = 0; v < SideBySide; v++)
            {
                _vector.Zero(Sum(row, v));
                _vector.DotWords(Sum(row, v), FirstScratch + v, ActivationField(row, nameof(ActivationBlock.NegativeSum)), Activation);
            }
        }
    }

    // Weights of 4 bits that share their bytes are taken one after the other.
    private void EmitSteps(int part)
    {
        for (int i = 0; i < Steps; i++)
        {
            int step = _bits == 8 ? i : (i / 2) + (i % 2 * (Steps / 2));
            for (int v = 0; v < SideBySide; v++)
            {
                EmitWeights(step, part, v);
            }
            EmitDots(step);
        }
    }

    private void EmitWeights(int step, int part, int v)
    {
        int target = FirstScratch + v;
        if (_bits == 8)
        {
            _vector.Load8(target, Group(step, part, v));
            return;
        }
        _vector.Load(target, Group(step % (Steps / 2), part, v));
        if (step >= Steps / 2)
        {
            _vector.ShiftNibble(target);
        }
        _vector.And(target, target, NibbleMask);
    }

    private void EmitDots(int step)
    {
        for (int row = 0; row < _rows; row++)
        {
            _vector.Broadcast(Activation, Row(row, step * PackedFormat.GroupColumns));
            for (int v = 0; v < SideBySide; v++)
            {
                if (_bits == 8)
                {
                    _vector.Dot8(Sum(row, v), FirstScratch + v, Activation);
                }
                else
                {
                    _vector.Dot4(Sum(row, v), FirstScratch + v, Activation);
                }
            }
        }
    }

    private void EmitScaling(int part)
    {
        for (int v = 0; v < SideBySide; v++)
        {
            _vector.LoadHalves(FirstScratch + v, Tile(v / OfTile) + (PackedFormat.ScaleOffset(_bits) + (Feature(part, v) * sizeof(ushort))));
        }
        for (int row = 0; row < _rows; row++)
        {
            for (int v = 0; v < SideBySide; v++)
            {
                _vector.ToFloat(Sum(row, v));
                _vector.Scale(Activation, FirstScratch + v, ActivationField(row, nameof(ActivationBlock.Scale)));
                _vector.MultiplyAdd(Sums + Sum(row, v), Sum(row, v), Activation);
            }
        }
    }
}
