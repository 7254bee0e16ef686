using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Tests.Shared.Cuda;
using Xunit;

[assembly: AssemblyFixture(typeof(TokenFactory.Engine.Cuda.Tests.Emulation.EmulatedDevice))]
// There is one emulated device, and what a test orders of it holds for all.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>The emulated device in place of CUDA, one for all tests.</summary>
public sealed class EmulatedDevice
{
    private readonly Emulator? _emulator;

    public EmulatedDevice()
    {
        if (EmulatedCuda.FindProblem() is not null)
        {
            return;
        }
        string library = EmulatedCuda.Build();
        CudaPlatform.UseLibrary(library);
        _emulator = new Emulator(library);
        KernelFolder = EmulatedCuda.KernelFolderOf(library);
        Kernels = new KernelCache(KernelFolder);
    }

    /// <summary>Where they are kept.</summary>
    internal string? KernelFolder { get; }

    /// <summary>Kernels compiled for the emulated device.</summary>
    internal KernelCache Kernels { get; } = new(null);

    /// <summary>The device as new; skips the calling test where it cannot be built.</summary>
    internal Emulator Require()
    {
        string? problem = EmulatedCuda.FindProblem();
        Assert.SkipWhen(problem is not null, problem ?? "");
        _emulator!.Reset();
        return _emulator;
    }
}
