using Iced.Intel;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// The vector instructions that the product's kernels are made of, as one level of processors has them. Registers are given by
/// number, places in memory without their size.
/// </summary>
internal abstract class VectorCode(Assembler assembler)
{
    protected Assembler Assembler { get; } = assembler;

    /// <summary>32-bit lanes of a vector.</summary>
    public abstract int Lanes { get; }

    /// <summary>Vector registers that a kernel may use; a level keeps those it needs for itself.</summary>
    public abstract int Registers { get; }

    /// <summary>The code of a level.</summary>
    public static VectorCode Of(CpuLevel level, Assembler assembler) => level switch
    {
        CpuLevel.Avx512Vnni => new Avx512Code(assembler),
        CpuLevel.AvxVnni => new AvxVnniCode(assembler),
        CpuLevel.Avx2 => new Avx2Code(assembler),
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "A level without kernels."),
    };

    /// <summary>Fills the registers that the level keeps for itself.</summary>
    public virtual void Start()
    {
    }

    public abstract void Zero(int target);

    public abstract void Load(int target, AssemblerMemoryOperand source);

    public abstract void Store(AssemblerMemoryOperand target, int source);

    /// <summary>One 32-bit value from memory into every lane.</summary>
    public abstract void Broadcast(int target, AssemblerMemoryOperand source);

    /// <summary>Bytes, as many as there are lanes, into the lanes.</summary>
    public abstract void LoadBytes(int target, AssemblerMemoryOperand source);

    /// <summary>float16 values, as many as there are lanes, as float32.</summary>
    public abstract void LoadHalves(int target, AssemblerMemoryOperand source);

    public abstract void And(int target, int left, int right);

    /// <summary>Shifts every lane to the right by the width of a 4-bit weight.</summary>
    public abstract void ShiftNibble(int register);

    /// <summary>Begins a block's sum with the 8-bit weights' zero point: <paramref name="correction"/> is their part of it.</summary>
    public virtual void StartSum8(int sum, AssemblerMemoryOperand correction) => Broadcast(sum, correction);

    /// <summary>Loads 8-bit weights as <see cref="Dot8"/> takes them.</summary>
    public virtual void Load8(int target, AssemblerMemoryOperand source) => Load(target, source);

    /// <summary>Adds to every lane the products of its four 8-bit weights and four signed activations.</summary>
    public abstract void Dot8(int sum, int weights, int activations);

    /// <summary>The same for 4-bit weights, each in a byte.</summary>
    public abstract void Dot4(int sum, int weights, int activations);

    /// <summary>Adds to every lane the product of the 16-bit value in it with the one 32-bit value in memory, both short.</summary>
    /// <param name="sum">What is added to.</param>
    /// <param name="left">The lanes' values.</param>
    /// <param name="right">The value in memory.</param>
    /// <param name="scratch">A register to lose.</param>
    public abstract void DotWords(int sum, int left, AssemblerMemoryOperand right, int scratch);

    public abstract void ToFloat(int register);

    /// <summary>Multiplies by one value from memory.</summary>
    public abstract void Scale(int target, int left, AssemblerMemoryOperand right);

    /// <summary>sum += left · right.</summary>
    public abstract void MultiplyAdd(int sum, int left, int right);
}
