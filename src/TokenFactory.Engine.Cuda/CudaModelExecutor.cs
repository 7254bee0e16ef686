using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.Driver;
using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Memory;
using TokenFactory.Engine.Execution;
using TokenFactory.Engine.Sampling;

namespace TokenFactory.Engine.Cuda;

/// <summary>
/// Computes a model's steps on a GPU. Two steps may be under way: the tokens that the first one samples stay on the device, where the second
/// reads them. Made by <see cref="CudaModelLoader"/>.
/// </summary>
public sealed class CudaModelExecutor : IModelExecutor
{
    private readonly LoadedDecoder _decoder;
    private readonly Flight[] _flights;
    private int _submitted;
    private int _waited;
    private bool _disposed;

    internal CudaModelExecutor(LoadedDecoder decoder)
    {
        _decoder = decoder;
        Device = decoder.Info;
        Limits = decoder.Limits;
        _flights = [.. Enumerable.Range(0, Limits.StepsInFlight).Select(_ => new Flight(decoder.InputBytes, decoder.MostSamples))];
    }

    public DeviceInfo Device { get; }

    public ExecutorLimits Limits { get; }

    public void Submit(StepPlan plan)
    {
        if (_submitted - _waited >= _flights.Length)
        {
            throw new InvalidOperationException("More steps under way than the limits allow.");
        }
        try
        {
            Enqueue(plan, _flights[_submitted % _flights.Length]);
        }
        catch (CudaException failure)
        {
            throw Failed(failure);
        }
        _submitted++;
    }

    public StepResult Wait()
    {
        if (_submitted == _waited)
        {
            throw new InvalidOperationException("No step is outstanding.");
        }
        Flight flight = _flights[_waited++ % _flights.Length];
        try
        {
            _decoder.Enter();
            flight.End.Wait();
            flight.Read();
        }
        catch (CudaException failure)
        {
            throw Failed(failure);
        }
        return flight.Result;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        _decoder.TryFinish();
        foreach (Flight flight in _flights)
        {
            flight.Dispose();
        }
        _decoder.Dispose();
    }

    private void Enqueue(StepPlan plan, Flight flight)
    {
        _decoder.Enter();
        StepSize size = _decoder.Writer.Measure(plan, out bool isRecorded);
        StepLayout layout = new(size);
        _decoder.Writer.Write(plan, layout, flight.Inputs, flight.Samples);
        flight.Begin.Record(_decoder.Stream);
        _decoder.Buffers.Inputs.Upload(flight.Inputs.Value, layout.Bytes, _decoder.Stream);
        if (isRecorded)
        {
            _decoder.Graphs.Launch(size.Tokens, _decoder.Stream);
        }
        else
        {
            _decoder.Pass.Enqueue(layout);
        }
        if (flight.Samples.Count > 0)
        {
            _decoder.Buffers.Records.Download(flight.Records.Value, (long)flight.Samples.Count * flight.RecordBytes, _decoder.Stream);
        }
        flight.End.Record(_decoder.Stream);
        flight.StepId = plan.StepId;
    }

    private ExecutorException Failed(CudaException failure)
    {
        // Nothing that is under way counts any more, and nothing may go on to read what the next step writes.
        _waited = _submitted;
        bool isLost = !_decoder.TryFinish();
        _decoder.Writer.Forget();
        return new ExecutorException($"{failure.Message} ({Device.Name})", failure) { IsDeviceLost = isLost || failure.IsDeviceLost };
    }

    /// <summary>What a step under way has of its own.</summary>
    private sealed class Flight(int inputBytes, int mostSamples) : IDisposable
    {
        public PinnedMemory Inputs { get; } = new(inputBytes);

        public PinnedMemory Records { get; } = new((long)mostSamples * System.Runtime.CompilerServices.Unsafe.SizeOf<SamplingRecord>());

        public int RecordBytes => System.Runtime.CompilerServices.Unsafe.SizeOf<SamplingRecord>();

        public CudaEvent Begin { get; } = new();

        public CudaEvent End { get; } = new();

        public List<(int Slice, SamplingState State)> Samples { get; } = new(mostSamples);

        public StepResult Result { get; } = new(mostSamples);

        public long StepId { get; set; }

        /// <summary>Takes in what the device has chosen.</summary>
        public void Read()
        {
            Result.Reset(StepId);
            Result.ComputeTime = End.Since(Begin);
            ReadOnlySpan<SamplingRecord> records = Records.As<SamplingRecord>(Samples.Count);
            for (int i = 0; i < Samples.Count; i++)
            {
                ref readonly SamplingRecord record = ref records[i];
                int token = record.Bad != 0 ? SampledToken.NotANumber : record.Token;
                Result.Add(Samples[i].Slice, token, record.Logprob);
                if (record.Bad == 0)
                {
                    Samples[i].State.Accept(token);
                }
                for (int top = 0; top < record.TopCount; top++)
                {
                    Result.AddAlternative(new TokenLogprob(record.TopTokens[top], record.TopLogprobs[top]));
                }
            }
        }

        public void Dispose()
        {
            Inputs.Dispose();
            Records.Dispose();
            Begin.Dispose();
            End.Dispose();
        }
    }
}
