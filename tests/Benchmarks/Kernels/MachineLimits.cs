using System.Diagnostics;
using Iced.Intel;
using TokenFactory.Engine.Onnx.Kernels;
using static Iced.Intel.AssemblerRegisters;

namespace TokenFactory.Benchmarks.Kernels;

/// <summary>What the machine can do at most: adding products of bytes in 512 bits.</summary>
internal static unsafe class MachineLimits
{
    private const int Rounds = 8;

    /// <summary>Operations a second (a product and a sum are two), the best of several rounds.</summary>
    public static double DotPeak(int threads)
    {
        const long Turns = 1 << 20;
        const int Sums = 24;
        using CodeMemory code = new(Assemble(c => EmitDots(c, Sums)));
        var dots = (delegate* unmanaged<byte*, long, void>)code.Base;
        double seconds = Best(threads, _ => dots(null, Turns));
        return threads * Turns * Sums * 64 * 2 / seconds;
    }

    private static double Best(int threads, Action<int> body)
    {
        using SpinTeam team = new(threads);
        double best = double.PositiveInfinity;
        team.Run(index =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                team.Meet();
                long start = Stopwatch.GetTimestamp();
                body(index);
                team.Meet();
                if (index == 0)
                {
                    best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
            }
        });
        return best;
    }

    private static byte[] Assemble(Action<Assembler> emit)
    {
        Assembler code = new(64);
        if (OperatingSystem.IsWindows())
        {
            code.mov(rax, rcx);
            code.mov(r11, rdx);
        }
        else
        {
            code.mov(rax, rdi);
            code.mov(r11, rsi);
        }
        emit(code);
        code.vzeroupper();
        code.ret();
        using MemoryStream stream = new();
        code.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }

    // Registers 16 and up are the caller's to lose in either system's convention; so are the first six of the others.
    private static void EmitDots(Assembler code, int sums)
    {
        AssemblerRegisterZMM[] free = [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm16, zmm17, zmm18, zmm19, zmm20, zmm21];
        Label turn = code.CreateLabel();
        code.Label(ref turn);
        for (int i = 0; i < sums; i++)
        {
            code.vpdpbusd(free[i % free.Length], zmm26, zmm27);
        }
        code.dec(r11);
        code.jnz(turn);
    }
}
