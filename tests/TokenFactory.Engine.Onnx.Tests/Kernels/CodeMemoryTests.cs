using System.Globalization;
using TokenFactory.Engine.Onnx.Kernels;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Kernels;

/// <summary>Code that is made at run time can be executed and no longer be written.</summary>
public sealed class CodeMemoryTests
{
    // lea eax, [rdi + 1] or, on Windows, lea eax, [rcx + 1]; ret.
    private static readonly byte[] Increment = OperatingSystem.IsWindows() ? [0x8D, 0x41, 0x01, 0xC3] : [0x8D, 0x47, 0x01, 0xC3];

    [Fact]
    public unsafe void Base_OfCode_CanBeCalled()
    {
        Assert.SkipUnless(CpuLevels.Highest != CpuLevel.None, "The code is for x86 processors.");
        using CodeMemory code = new(Increment);
        Assert.Equal(42, ((delegate* unmanaged<int, int>)code.Base)(41));
    }

    [Fact]
    public void Base_OfCode_IsExecutableAndNotWritable()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists the protection of pages.");
        using CodeMemory code = new(Increment);
        string line = File.ReadLines("/proc/self/maps").Single(line => Holds(line, code.Base));
        Assert.Equal("r-xp", line.Split(' ')[1]);
    }

    private static bool Holds(string line, nint address)
    {
        string[] ends = line.Split(' ')[0].Split('-');
        return nint.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) <= address
            && address < nint.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
