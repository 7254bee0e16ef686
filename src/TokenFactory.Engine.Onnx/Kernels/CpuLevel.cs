using System.Runtime.Intrinsics.X86;

namespace TokenFactory.Engine.Onnx.Kernels;

/// <summary>What the emitted kernels may use of a processor, in rising order.</summary>
internal enum CpuLevel
{
    /// <summary>No x86 processor, or one without AVX2: there are no kernels for it.</summary>
    None,

    /// <summary>AVX2, FMA and F16C.</summary>
    Avx2,

    /// <summary>The above, and the 8-bit dot product in 256 bits.</summary>
    AvxVnni,

    /// <summary>AVX-512 F, BW and VL with the 8-bit dot product in 512 bits.</summary>
    Avx512Vnni,
}

/// <summary>Finds the <see cref="CpuLevel"/> of this process.</summary>
internal static class CpuLevels
{
    private const int Avx512VnniBit = 1 << 11;
    private const int F16CBit = 1 << 29;

    /// <summary>The highest level that the processor has and the system lets this process use.</summary>
    public static CpuLevel Highest { get; } = Detect();

    /// <summary>Whether kernels of a level run here. A higher level does not imply every lower one: AVX-VNNI is an encoding of its own.</summary>
    public static bool Has(CpuLevel level) => level switch
    {
        CpuLevel.None => true,
        CpuLevel.Avx2 => HasAvx2,
        CpuLevel.AvxVnni => HasAvx2 && AvxVnni.IsSupported,
        _ => HasAvx2 && HasAvx512Vnni,
    };

    // The runtime's IsSupported covers the registers that the system saves (XCR0); CPUID alone would not.
    private static bool HasAvx2 => Avx2.IsSupported && Fma.IsSupported && (X86Base.CpuId(1, 0).Ecx & F16CBit) != 0;

    private static bool HasAvx512Vnni =>
        Avx512F.IsSupported && Avx512BW.IsSupported && Avx512F.VL.IsSupported && (X86Base.CpuId(7, 0).Ecx & Avx512VnniBit) != 0;

    private static CpuLevel Detect() => Has(CpuLevel.Avx512Vnni)
        ? CpuLevel.Avx512Vnni
        : Has(CpuLevel.AvxVnni) ? CpuLevel.AvxVnni : Has(CpuLevel.Avx2) ? CpuLevel.Avx2 : CpuLevel.None;
}
