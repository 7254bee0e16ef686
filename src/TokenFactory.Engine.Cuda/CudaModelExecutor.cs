using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Cuda;

/// <summary>
/// Computes a model's steps on a GPU. Two steps may be under way: the tokens that the first one samples stay on the device, where the second
/// reads them. Made by <see cref="CudaModelLoader"/>.
/// </summary>
public sealed class CudaModelExecutor : IModelExecutor
{
    private readonly LoadedDecoder _decoder;
    private readonly StepFlight[] _flights;
    private int _submitted;
    private int _waited;
    private bool _disposed;

    internal CudaModelExecutor(LoadedDecoder decoder)
    {
        _decoder = decoder;
        Device = decoder.Info;
        Limits = decoder.Limits;
        _flights = [.. Enumerable.Range(0, Limits.StepsInFlight).Select(_ => new StepFlight(decoder))];
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
        StepFlight flight = _flights[_waited++ % _flights.Length];
        try
        {
            _decoder.Enter();
            flight.Wait();
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
        foreach (StepFlight flight in _flights)
        {
            flight.Dispose();
        }
        _decoder.Dispose();
    }

    private void Enqueue(StepPlan plan, StepFlight flight)
    {
        _decoder.Enter();
        StepLayout layout = flight.Begin(plan, out bool isRecorded);
        if (isRecorded)
        {
            _decoder.Graphs.Launch(layout.Size.Tokens, _decoder.Stream);
        }
        else
        {
            _decoder.Pass.Enqueue(layout);
        }
        flight.End();
    }

    private ExecutorException Failed(CudaException failure)
    {
        // Nothing that is under way counts any more, and nothing may go on to read what the next step writes.
        _waited = _submitted;
        bool isLost = !_decoder.TryFinish();
        _decoder.Writer.Forget();
        return new ExecutorException($"{failure.Message} ({Device.Name})", failure) { IsDeviceLost = isLost || failure.IsDeviceLost };
    }
}
