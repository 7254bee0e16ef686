using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.Nvrtc;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Cuda.Modules;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Emulation;

/// <summary>Kernels with a defect each: what the emulated device is there to find, it finds, whatever the order of threads.</summary>
public sealed class DefectTests(EmulatedDevice device) : KernelTest(device)
{
    private const int Threads = 128;

    [Fact]
    public void Kernel_WithoutDefect_Passes() => Assert.Equal("", Run(
        """
        s[threadIdx.x] = (float)threadIdx.x;
        __syncthreads();
        out[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
        """));

    [Fact]
    public void Kernel_WithoutBarrier_IsARace() => AssertFound("a race", IllegalOrFailed.Failed,
        """
        s[threadIdx.x] = (float)threadIdx.x;
        out[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
        """);

    [Fact]
    public void Kernel_ThatWritesWhatOthersStillRead_IsARace() => AssertFound("a race", IllegalOrFailed.Failed,
        """
        s[threadIdx.x] = 1;
        __syncthreads();
        float sum = s[0] + s[64];
        s[threadIdx.x] = sum;
        """);

    [Fact]
    public void Kernel_WithWarpBarrierAcrossWarps_IsARace() => AssertFound("a race", IllegalOrFailed.Failed,
        """
        s[threadIdx.x] = (float)threadIdx.x;
        __syncwarp();
        out[threadIdx.x] = s[threadIdx.x ^ 32];
        """);

    [Fact]
    public void Kernel_WithWarpBarrierWithinWarps_Passes() => Assert.Equal("", Run(
        """
        s[threadIdx.x] = (float)threadIdx.x;
        __syncwarp();
        out[threadIdx.x] = s[threadIdx.x ^ 1];
        """));

    [Fact]
    public void Kernel_WithShuffleForBarrier_IsARace() => AssertFound("a race", IllegalOrFailed.Failed,
        """
        s[threadIdx.x] = (float)threadIdx.x;
        float sum = warp_sum(1.0f);
        out[threadIdx.x] = s[threadIdx.x ^ 1] + sum;
        """);

    [Fact]
    public void Kernel_ThatAddsWithoutAtomic_IsARace() => AssertFound("a race", IllegalOrFailed.Failed,
        """
        if (threadIdx.x == 0) { s[0] = 0; }
        __syncthreads();
        s[0] += 1;
        """);

    [Fact]
    public void Kernel_ThatAddsAtomically_Passes() => Assert.Equal("", Run(
        """
        if (threadIdx.x == 0) { s[0] = 0; }
        __syncthreads();
        atomicAdd(&s[0], 1);
        __syncthreads();
        out[threadIdx.x] = s[0];
        """));

    [Fact]
    public void Kernel_ThatReadsCopiesBeforeTheyArrive_IsARace() => AssertFound("a race", IllegalOrFailed.Failed,
        """
        async_copy_16(s + 4 * threadIdx.x, out + 4 * (threadIdx.x % 32));
        async_commit();
        async_wait<0>();
        out[threadIdx.x] = s[4 * (threadIdx.x ^ 1)];
        """);

    [Fact]
    public void Kernel_WithBarrierThatNotAllReach_NeverEnds() => AssertFound("is not reached by all", IllegalOrFailed.Failed,
        """
        if (threadIdx.x < 64) { __syncthreads(); }
        out[threadIdx.x] = 1;
        """);

    [Fact]
    public void Kernel_WhoseLaneLeavesBeforeAShuffle_NeverEnds() => AssertFound("is not reached by all", IllegalOrFailed.Failed,
        """
        if (threadIdx.x == 37) { return; }
        out[threadIdx.x] = warp_sum(1.0f);
        """);

    [Fact]
    public void Kernel_WhoseLanesMeetInDifferentCollectives_IsFound() => AssertFound("different collectives", IllegalOrFailed.Failed,
        """
        out[threadIdx.x] = threadIdx.x % 2 ? (float)__ballot_sync(FULL_WARP, 1) : warp_sum(1.0f);
        """);

    [Fact]
    public void Kernel_ThatWritesBehindItsMemory_IsFound() => AssertFound("outside", IllegalOrFailed.Illegal, "out[threadIdx.x + 1] = 1;");

    [Fact]
    public void Kernel_ThatReadsBeforeItsMemory_IsFound() => AssertFound("outside", IllegalOrFailed.Illegal, "out[threadIdx.x] = out[(int)threadIdx.x - 1024];");

    [Fact]
    public void Kernel_ThatReadsBehindSharedMemory_IsFound() => AssertFound("outside", IllegalOrFailed.Illegal, "out[threadIdx.x] = s[threadIdx.x + 4 * 128];");

    [Fact]
    public void Kernel_WithUnalignedCopy_IsFound() => AssertFound("not aligned", IllegalOrFailed.Failed, "async_copy_16(s + 1, out);");

    [Fact]
    public void Error_OfAKernel_StaysUntilReset()
    {
        Assert.NotEqual("", Run("out[threadIdx.x + 1] = 1;"));

        CudaException refused = Assert.Throws<CudaException>(() => DeviceMemory.For<int>(1));
        Assert.Equal(Emulator.IllegalAddress, refused.Code);
        Emulator.Reset();
        Room<int>(1);
    }

    [Fact]
    public void TouchedBytes_OfAKernel_AreThoseItAsksFor()
    {
        Assert.Equal("", Run("s[threadIdx.x] = out[threadIdx.x]; __syncthreads(); out[threadIdx.x] = s[threadIdx.x] + 1;"));

        Assert.Equal(Threads * 2 * sizeof(float), Emulator.TouchedBytes);
    }

    private enum IllegalOrFailed
    {
        Illegal = Emulator.IllegalAddress,
        Failed = Emulator.LaunchFailed,
    }

    private void AssertFound(string words, IllegalOrFailed code, string body)
    {
        for (ulong order = 1; order <= 5; order++)
        {
            Emulator.Reset();
            Emulator.Seed(order);
            string failed = Run(body);
            Assert.Contains(words, failed, StringComparison.Ordinal);
            Assert.Contains($"({(int)code})", failed, StringComparison.Ordinal);
        }
        Emulator.Reset();
    }

    /// <summary>Runs a block; returns what the device says against it.</summary>
    private unsafe string Run(string body)
    {
        string text =
            $$"""
            #include "common.cuh"
            KERNEL(defect)(float* out)
            {
                DYN_SHARED(float, s);
                (void)s;
                {{body}}
            }
            """;
        byte[] image = Kernels.Get(new KernelSource("defect.cu", text, KernelSources.Find("rms_norm").Headers), "sm_90a", []);
        using Kernel kernel = new("defect", image, 4 * Threads * sizeof(float));
        using DeviceMemory memory = DeviceMemory.For<float>(Threads);
        memory.Fill(0, Stream);
        nint address = memory.Value;
        try
        {
            kernel.Launch(new LaunchGrid(1), Threads, [(nint)(&address)], Stream);
            return "";
        }
        catch (CudaException found)
        {
            return found.Message;
        }
    }
}
