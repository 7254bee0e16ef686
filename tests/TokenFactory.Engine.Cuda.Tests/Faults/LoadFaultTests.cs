using TokenFactory.Engine.Cuda.Fit;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Cuda.Tests.Execution;
using TokenFactory.Models;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Faults;

/// <summary>A load that fails, wherever it does, says why and gives back everything.</summary>
public sealed class LoadFaultTests : IDisposable
{
    private readonly TestFolder _model = new();
    private readonly ModelFolder _folder;
    private readonly CudaExecutorOptions _options;
    private readonly Emulator _emulator;
    private readonly (long Bytes, long Objects) _before;

    public LoadFaultTests(EmulatedDevice device)
    {
        _emulator = device.Require();
        _folder = TinyModel.Write(_model, "LlamaForCausalLM", "");
        _options = EmulatedEngine.Options with { KvMemoryBytes = 1 << 20, CacheFolder = device.KernelFolder };
        _before = (_emulator.AllocatedBytes, _emulator.LiveObjects);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(20)]
    [InlineData(30)]
    public void Load_OutOfMemoryAtSomeAllocation_SaysSoAndGivesAllBack(int after)
    {
        _emulator.Fail("cuMemAlloc_v2", Emulator.OutOfMemory, after);

        CudaMemoryException failure = Assert.Throws<CudaMemoryException>(() => CudaModelLoader.Load(_folder, _options));

        Assert.StartsWith("cuda:0 ran out of memory while the model was loaded", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CUDA_ERROR_OUT_OF_MEMORY", failure.InnerException!.Message, StringComparison.Ordinal);
        AssertAllIsBack();
        CudaModelLoader.Load(_folder, _options).Dispose();
        AssertAllIsBack();
    }

    [Theory]
    [InlineData("cuStreamCreate", Emulator.Unknown, 0)]
    [InlineData("cuModuleLoadData", Emulator.LaunchFailed, 4)]
    [InlineData("cuModuleGetFunction", Emulator.Unknown, 2)]
    [InlineData("cuMemHostAlloc", Emulator.Unknown, 1)]
    [InlineData("cuMemHostAlloc", Emulator.Unknown, 3)]
    [InlineData("cuEventCreate", Emulator.Unknown, 1)]
    [InlineData("cuEventCreate", Emulator.Unknown, 4)]
    [InlineData("cuMemcpyHtoDAsync_v2", Emulator.LaunchFailed, 0)]
    [InlineData("cuMemcpyHtoDAsync_v2", Emulator.Unknown, 6)]
    [InlineData("cuStreamSynchronize", Emulator.Unknown, 0)]
    [InlineData("cuMemsetD8Async", Emulator.LaunchFailed, 0)]
    // While products are timed, the largest step is run, and steps are recorded.
    [InlineData("cuLaunchKernel", Emulator.IllegalAddress, 20)]
    [InlineData("cuStreamBeginCapture_v2", Emulator.Unknown, 0)]
    [InlineData("cuStreamEndCapture", Emulator.LaunchFailed, 1)]
    [InlineData("cuGraphInstantiateWithFlags", Emulator.Unknown, 0)]
    public void Load_DeviceFails_NamesTheCallAndGivesAllBack(string function, int code, int after)
    {
        _emulator.Fail(function, code, after);

        CudaException failure = Assert.Throws<CudaException>(() => CudaModelLoader.Load(_folder, _options));

        Assert.StartsWith($"{function} failed: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal((code, true), (failure.Code, failure.IsDeviceLost));
        AssertAllIsBack();
    }

    [Fact]
    public void Load_LibraryFails_GivesAllBack()
    {
        _emulator.Fail("cublasLtCreate", code: 1);

        Assert.Contains("CUBLAS_STATUS_NOT_INITIALIZED", Assert.Throws<CudaException>(() => CudaModelLoader.Load(_folder, _options)).Message, StringComparison.Ordinal);

        AssertAllIsBack();
    }

    [Fact]
    public void Load_CalledOff_GivesAllBack()
    {
        using CancellationTokenSource off = new();
        off.Cancel();

        Assert.Throws<OperationCanceledException>(() => CudaModelLoader.Load(_folder, _options, cancellation: off.Token));

        AssertAllIsBack();
    }

    [Fact]
    public void Load_ModelLargerThanMemory_IsRefusedBeforeItsWeightsAreRead()
    {
        // The file is not even opened.
        File.Delete(_model.File("model.safetensors"));
        _emulator.SetMemory(40 << 20);

        string words = Assert.Throws<CudaMemoryException>(() => CudaModelLoader.Load(_folder, _options with { KvMemoryBytes = 32 << 20 })).Message;

        Assert.Contains("bytes on cuda:0 (Emulated device 0)", words, StringComparison.Ordinal);
        Assert.Contains("41,943,040 of 41,943,040 are free", words, StringComparison.Ordinal);
        Assert.Contains("It would fit with KvMemoryBytes left open", words, StringComparison.Ordinal);
        AssertAllIsBack();
    }

    [Fact]
    public void Load_LargestStepDoesNotFit_SaysWhichOptionsWouldMakeIt()
    {
        _emulator.SetMemory(48 << 20);
        CudaExecutorOptions large = _options with { KvMemoryBytes = null, MaxSequences = 64, MaxStepTokens = 32_768 };

        string words = Assert.Throws<CudaMemoryException>(() => CudaModelLoader.Load(_folder, large)).Message;

        Assert.Contains("It would fit with MaxStepTokens ", words, StringComparison.Ordinal);
        int tokens = int.Parse(words.Split("MaxStepTokens ")[1].TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture);
        CudaModelLoader.Load(_folder, large with { MaxStepTokens = tokens }).Dispose();
        AssertAllIsBack();
    }

    [Fact]
    public void Load_WeightsAloneDoNotFit_SaysThatNoOptionHelps()
    {
        _emulator.SetMemory(100_000);

        string words = Assert.Throws<CudaMemoryException>(() => CudaModelLoader.Load(_folder, _options)).Message;

        Assert.Contains("No single option makes it fit", words, StringComparison.Ordinal);
        AssertAllIsBack();
    }

    public void Dispose() => _model.Dispose();

    private void AssertAllIsBack() => Assert.Equal(_before, (_emulator.AllocatedBytes, _emulator.LiveObjects));
}
