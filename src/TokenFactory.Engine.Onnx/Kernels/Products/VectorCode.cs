using Iced.Intel;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// The vector instructions that the product's kernels are made of, as one level of processors has them. Registers are given by
/// number.
/// </summary>
internal abstract class VectorCode(Assembler assembler)
{
    protected Assembler Assembler { get; } = assembler;

    /// <summary>32-bit lanes of a vector.</summary>
    public abstract int Lanes { get; }

    /// <summary>Vector registers.</summary>
    public abstract int Registers { get; }

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
    public abstract void ShiftNibble(int target, int source);

    /// <summary>Adds to every lane the products of its four unsigned weights and four signed activations.</summary>
    public abstract void DotBytes(int sum, int weights, int activations);

    /// <summary>Adds to every lane the product of the 16-bit value in it with the one 32-bit value in memory, both short.</summary>
    public abstract void DotWords(int sum, int left, AssemblerMemoryOperand right);

    public abstract void ToFloat(int register);

    /// <summary>Multiplies by one value from memory.</summary>
    public abstract void Scale(int target, int left, AssemblerMemoryOperand right);

    /// <summary>sum += left · right.</summary>
    public abstract void MultiplyAdd(int sum, int left, int right);
}
