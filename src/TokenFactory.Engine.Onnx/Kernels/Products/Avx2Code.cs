using System.Collections.Immutable;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace TokenFactory.Engine.Onnx.Kernels.Products;

/// <summary>
/// <see cref="CpuLevel.Avx2"/>, which has no dot product of bytes: pairs are added in 16 bits, where unsigned 8-bit weights would
/// saturate. These are made signed, and their signs moved to the activations.
/// </summary>
internal class Avx2Code(Assembler assembler) : VectorCode(assembler)
{
    private const int Ones = 15;
    private const int SignBits = 14;
    private const int Pairs = 13;
    private const int Magnitudes = 12;

    /// <summary>All sixteen registers.</summary>
    protected static readonly ImmutableArray<AssemblerRegisterYMM> Y =
        [ymm0, ymm1, ymm2, ymm3, ymm4, ymm5, ymm6, ymm7, ymm8, ymm9, ymm10, ymm11, ymm12, ymm13, ymm14, ymm15];

    public override int Lanes => 8;

    public override int Registers => Magnitudes;

    public override void Start()
    {
        Assembler.vpcmpeqd(Y[Pairs], Y[Pairs], Y[Pairs]);
        Assembler.vpabsw(Y[Ones], Y[Pairs]);
        Assembler.vpabsb(Y[SignBits], Y[Pairs]);
        Assembler.vpsllw(Y[SignBits], Y[SignBits], 7);
    }

    public override void Zero(int target) => Assembler.vpxor(Y[target], Y[target], Y[target]);

    public override void Load(int target, AssemblerMemoryOperand source) => Assembler.vmovdqu(Y[target], __[source]);

    public override void Store(AssemblerMemoryOperand target, int source) => Assembler.vmovups(__[target], Y[source]);

    public override void Broadcast(int target, AssemblerMemoryOperand source) => Assembler.vpbroadcastd(Y[target], __[source]);

    public override void LoadBytes(int target, AssemblerMemoryOperand source) => Assembler.vpmovzxbd(Y[target], __[source]);

    public override void LoadHalves(int target, AssemblerMemoryOperand source) => Assembler.vcvtph2ps(Y[target], __[source]);

    public override void And(int target, int left, int right) => Assembler.vpand(Y[target], Y[left], Y[right]);

    public override void ShiftNibble(int register) => Assembler.vpsrld(Y[register], Y[register], 4);

    public override void StartSum8(int sum, AssemblerMemoryOperand correction) => Zero(sum);

    public override void Load8(int target, AssemblerMemoryOperand source) => Assembler.vpxor(Y[target], Y[SignBits], __[source]);

    public override void Dot8(int sum, int weights, int activations)
    {
        Assembler.vpabsb(Y[Magnitudes], Y[weights]);
        Assembler.vpsignb(Y[Pairs], Y[activations], Y[weights]);
        Assembler.vpmaddubsw(Y[Pairs], Y[Magnitudes], Y[Pairs]);
        AddPairs(sum);
    }

    public override void Dot4(int sum, int weights, int activations)
    {
        Assembler.vpmaddubsw(Y[Pairs], Y[weights], Y[activations]);
        AddPairs(sum);
    }

    public override void DotWords(int sum, int left, AssemblerMemoryOperand right, int scratch)
    {
        Broadcast(scratch, right);
        Assembler.vpmaddwd(Y[scratch], Y[scratch], Y[left]);
        Assembler.vpaddd(Y[sum], Y[sum], Y[scratch]);
    }

    public override void ToFloat(int register) => Assembler.vcvtdq2ps(Y[register], Y[register]);

    public override void Scale(int target, int left, AssemblerMemoryOperand right)
    {
        Broadcast(target, right);
        Assembler.vmulps(Y[target], Y[target], Y[left]);
    }

    public override void MultiplyAdd(int sum, int left, int right) => Assembler.vfmadd231ps(Y[sum], Y[left], Y[right]);

    private void AddPairs(int sum)
    {
        Assembler.vpmaddwd(Y[Pairs], Y[Pairs], Y[Ones]);
        Assembler.vpaddd(Y[sum], Y[sum], Y[Pairs]);
    }
}
