using Iced.Intel;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary><see cref="CpuLevel.AvxVnni"/>: AVX2 with the dot products of AVX-512, in 256 bits.</summary>
internal sealed class AvxVnniCode : Avx2Code
{
    // The two encodings of these instructions differ, and a processor may have only one of them.
    public AvxVnniCode(Assembler assembler)
        : base(assembler) => assembler.PreferVex = true;

    public override int Registers => Y.Length;

    public override void Start()
    {
    }

    public override void StartSum8(int sum, AssemblerMemoryOperand correction) => Broadcast(sum, correction);

    public override void Load8(int target, AssemblerMemoryOperand source) => Load(target, source);

    public override void Dot8(int sum, int weights, int activations) => Assembler.vpdpbusd(Y[sum], Y[weights], Y[activations]);

    public override void Dot4(int sum, int weights, int activations) => Dot8(sum, weights, activations);

    public override void DotWords(int sum, int left, AssemblerMemoryOperand right, int scratch)
    {
        Broadcast(scratch, right);
        Assembler.vpdpwssd(Y[sum], Y[left], Y[scratch]);
    }
}
