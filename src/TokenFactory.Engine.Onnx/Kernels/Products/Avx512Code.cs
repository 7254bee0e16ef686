using System.Collections.Immutable;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary><see cref="CpuLevel.Avx512Vnni"/> in 512 bits.</summary>
internal sealed class Avx512Code(Assembler assembler) : VectorCode(assembler)
{
    private static readonly ImmutableArray<AssemblerRegisterZMM> Z =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    public override int Lanes => 16;

    public override int Registers => Z.Length;

    public override void Zero(int target) => Assembler.vpxord(Z[target], Z[target], Z[target]);

    public override void Load(int target, AssemblerMemoryOperand source) => Assembler.vmovdqu32(Z[target], __[source]);

    public override void Store(AssemblerMemoryOperand target, int source) => Assembler.vmovups(__[target], Z[source]);

    public override void Broadcast(int target, AssemblerMemoryOperand source) => Assembler.vpbroadcastd(Z[target], __[source]);

    public override void LoadBytes(int target, AssemblerMemoryOperand source) => Assembler.vpmovzxbd(Z[target], __[source]);

    public override void LoadHalves(int target, AssemblerMemoryOperand source) => Assembler.vcvtph2ps(Z[target], __[source]);

    public override void And(int target, int left, int right) => Assembler.vpandd(Z[target], Z[left], Z[right]);

    public override void ShiftNibble(int register) => Assembler.vpsrld(Z[register], Z[register], 4);

    public override void Dot8(int sum, int weights, int activations) => Assembler.vpdpbusd(Z[sum], Z[weights], Z[activations]);

    public override void Dot4(int sum, int weights, int activations) => Dot8(sum, weights, activations);

    public override void DotWords(int sum, int left, AssemblerMemoryOperand right, int scratch) =>
        Assembler.vpdpwssd(Z[sum], Z[left], __dword_bcst[right]);

    public override void ToFloat(int register) => Assembler.vcvtdq2ps(Z[register], Z[register]);

    public override void Scale(int target, int left, AssemblerMemoryOperand right) => Assembler.vmulps(Z[target], Z[left], __dword_bcst[right]);

    public override void MultiplyAdd(int sum, int left, int right) => Assembler.vfmadd231ps(Z[sum], Z[left], Z[right]);
}
