using System.Runtime.CompilerServices;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>What a step under way has of its own on one device: its inputs and results in pinned memory, and when it began and ended.</summary>
/// <param name="decoder">The device, which is the calling thread's.</param>
internal sealed class StepFlight(LoadedDecoder decoder) : IDisposable
{
    private readonly PinnedMemory _inputs = new(decoder.InputBytes);
    private readonly PinnedMemory _records = new((long)decoder.MostSamples * Unsafe.SizeOf<SamplingRecord>());
    private readonly StepVectors _vectors = new(decoder);
    private readonly StepMasks _masks = new(decoder.Sampling, decoder.Limits.MaxSequences);
    private readonly CudaEvent _begin = new();
    private readonly CudaEvent _end = new();
    private readonly List<(int Slice, SamplingState State)> _samples = new(decoder.MostSamples);
    private long _stepId;

    /// <summary>What <see cref="Read"/> took in.</summary>
    public StepResult Result { get; } = new(decoder.MostSamples);

    /// <summary>Writes a plan and enqueues the upload of its inputs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isRecorded">Whether steps of this size are recorded.</param>
    /// <returns>Where the inputs lie.</returns>
    public StepLayout Begin(StepPlan plan, out bool isRecorded)
    {
        StepLayout layout = new(decoder.Writer.Measure(plan, out isRecorded));
        decoder.Writer.Write(plan, layout, _inputs, _samples);
        _vectors.Begin(plan);
        foreach ((int slice, SamplingState state) in _samples)
        {
            _masks.Add(plan.Slices[slice].Row, state);
        }
        _begin.Record(decoder.Stream);
        _masks.Upload();
        decoder.Buffers.Inputs.Upload(_inputs.Value, layout.Bytes, decoder.Stream);
        _stepId = plan.StepId;
        return layout;
    }

    /// <summary>Enqueues the download of what was sampled and pooled, and the step's end.</summary>
    public void End()
    {
        if (_samples.Count > 0)
        {
            decoder.Buffers.Records.Download(_records.Value, (long)_samples.Count * Unsafe.SizeOf<SamplingRecord>(), decoder.Stream);
        }
        _vectors.Download();
        _end.Record(decoder.Stream);
    }

    /// <summary>Waits for the step's end.</summary>
    public void Wait() => _end.Wait();

    /// <summary>Takes in what the device has chosen and pooled; after <see cref="Wait"/>.</summary>
    public void Read()
    {
        Result.Reset(_stepId);
        Result.ComputeTime = _end.Since(_begin);
        ReadOnlySpan<SamplingRecord> records = _records.As<SamplingRecord>(_samples.Count);
        for (int i = 0; i < _samples.Count; i++)
        {
            ref readonly SamplingRecord record = ref records[i];
            int token = record.Bad != 0 ? SampledToken.NotANumber : record.Token;
            Result.Add(_samples[i].Slice, token, record.Logprob);
            if (record.Bad == 0)
            {
                _samples[i].State.Accept(token);
            }
            for (int top = 0; top < record.TopCount; top++)
            {
                Result.AddAlternative(new TokenLogprob(record.TopTokens[top], record.TopLogprobs[top]));
            }
        }
        _vectors.Read(Result);
    }

    public void Dispose()
    {
        _inputs.Dispose();
        _records.Dispose();
        _vectors.Dispose();
        _masks.Dispose();
        _begin.Dispose();
        _end.Dispose();
    }
}
