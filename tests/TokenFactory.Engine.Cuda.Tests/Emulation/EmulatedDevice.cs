using TokenFactory.Engine.Cuda.Modules;
using Xunit;

[assembly: AssemblyFixture(typeof(TokenFactory.Engine.Cuda.Tests.Emulation.EmulatedDevice))]
// There is one emulated device, and what a test orders of it holds for all.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>The emulated device in place of CUDA, one for all tests.</summary>
public sealed class EmulatedDevice
{
    private readonly string? _whyNot;
    private readonly Emulator? _emulator;

    public EmulatedDevice()
    {
        if (!EmulatedLibrary.CanBuild)
        {
            _whyNot = "needs g++ to build the emulated device (Debian: apt-get install g++)";
            return;
        }
        string library = EmulatedLibrary.Build();
        CudaPlatform.UseLibrary(library);
        _emulator = new Emulator(library);
        KernelFolder = EmulatedLibrary.KernelFolderOf(library);
        Kernels = new KernelCache(KernelFolder);
    }

    /// <summary>Where they are kept.</summary>
    internal string? KernelFolder { get; }

    /// <summary>Kernels compiled for the emulated device.</summary>
    internal KernelCache Kernels { get; } = new(null);

    /// <summary>The device as new; skips the calling test where it cannot be built.</summary>
    internal Emulator Require()
    {
        Assert.SkipWhen(_whyNot is not null, _whyNot ?? "");
        _emulator!.Reset();
        return _emulator;
    }
}
