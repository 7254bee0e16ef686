using TokenFactory.Engine.Cuda;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Engine.Sequences;
using TokenFactory.Models;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Cuda;

namespace TokenFactory.Benchmarks.Budgets;

/// <summary>
/// The host's part of a decode step on a GPU: the scheduler, and the CUDA executor on an emulated device whose work costs nothing. Sequences
/// grow by a token a step, each ending where the model's context does, after some 490 steps.
/// </summary>
internal sealed class CudaHostLoad : IDisposable
{
    private const int Context = 512;
    private const int Prompt = 8;

    private readonly CudaModelExecutor _executor;
    private readonly Scheduler _scheduler;
    private readonly ScheduledStep _step;
    private long _stepId;

    private CudaHostLoad(CudaModelExecutor executor)
    {
        _executor = executor;
        _scheduler = new Scheduler(executor.Limits, BatchPolicy.For(executor.Limits), ticksPerSecond: 1000);
        _step = new ScheduledStep(executor.Limits);
    }

    public int LiveSequences => _scheduler.RunningCount;

    /// <summary>Loads the model and brings all sequences to their first decode step; skips the calling test where model or compiler are absent.</summary>
    public static CudaHostLoad Create(int sequences)
    {
        ModelFolder folder = ModelFolder.Open(SharedData.Require("models/TinyStories-656K"));
        string library = EmulatedCuda.Require();
        CudaPlatform.UseLibrary(library);
        Emulator emulator = new(library);
        emulator.Reset();
        emulator.SetNull(true);
        CudaHostLoad load = new(CudaModelLoader.Load(folder, new CudaExecutorOptions
        {
            MaxSequences = sequences,
            MaxStepTokens = 1024,
            MaxContext = Context,
            KvMemoryBytes = 128 << 20,
            CacheFolder = EmulatedCuda.KernelFolderOf(library),
        }));
        for (int i = 0; i < sequences; i++)
        {
            int[] prompt = [i, .. Enumerable.Range(1, Prompt - 1)];
            Sequence sequence = new(i + 1, (Lane)(i % 3), prompt, Context - Prompt, new SamplingState(SamplingParameters.Greedy, prompt, Context - Prompt)) { ArrivedAt = 1 };
            load._scheduler.Add(sequence, $"tenant {i % 50}", weight: 1);
        }
        while (load._scheduler.WaitingCount > 0)
        {
            load.Run();
        }
        return load;
    }

    /// <summary>Schedules a step, enqueues it, reads its tokens back and appends them.</summary>
    public void Run()
    {
        Schedule();
        Submit();
        Append(Wait());
    }

    public void Schedule() => _scheduler.Schedule(_step, ++_stepId, now: _stepId);

    public void Submit() => _executor.Submit(_step.Plan);

    public StepResult Wait() => _executor.Wait();

    public void Append(StepResult result)
    {
        foreach (ref readonly SampledToken sample in result.Samples)
        {
            _step.Sequences[sample.Slice].PendingSamples--;
            _step.Sequences[sample.Slice].Append(sample.Token);
        }
    }

    public void Dispose() => _executor.Dispose();
}
