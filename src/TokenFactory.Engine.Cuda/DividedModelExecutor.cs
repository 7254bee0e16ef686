using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Nccl;
using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Cuda;

/// <summary>
/// Computes a model that several GPUs share: each has an even part of every layer, and twice a layer all of them add up what they have. Every
/// device samples by itself, from equal logits and seeds, so that the next step finds the token where it is computed; the first one's are read.
/// Made by <see cref="CudaModelLoader"/>.
/// </summary>
public sealed class DividedModelExecutor : IModelExecutor
{
    private readonly LoadedDecoder[] _decoders;
    private readonly StepFlight[][] _flights;
    private readonly NcclGroup _group;
    private readonly MatrixType _type;
    private readonly nint[] _streams;
    private readonly nint[] _summands;
    private readonly StepLayout[] _layouts;
    private int _submitted;
    private int _waited;
    private bool _disposed;

    internal DividedModelExecutor(IReadOnlyList<LoadedDecoder> decoders, NcclGroup group, MatrixType type)
    {
        _decoders = [.. decoders];
        (_group, _type) = (group, type);
        Device = decoders[0].Info with { Name = $"{decoders.Count} x {decoders[0].Info.Name}", MemoryBytes = decoders.Sum(decoder => decoder.Info.MemoryBytes) };
        int blocks = decoders.Min(decoder => decoder.Limits.BlockCount);
        Limits = decoders[0].Limits with { BlockCount = blocks, MaxContext = Math.Min(decoders[0].Limits.MaxContext, blocks * decoders[0].Limits.BlockSize) };
        _flights = [.. Enumerable.Range(0, Limits.StepsInFlight).Select(_ => _decoders.Select(MakeFlight).ToArray())];
        _streams = [.. _decoders.Select(decoder => decoder.Stream.Value)];
        _summands = new nint[_decoders.Length];
        _layouts = new StepLayout[_decoders.Length];
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
        StepFlight[] flights = _flights[_waited++ % _flights.Length];
        try
        {
            for (int rank = _decoders.Length - 1; rank >= 0; rank--)
            {
                _decoders[rank].Enter();
                flights[rank].Wait();
            }
            flights[0].Read();
        }
        catch (CudaException failure)
        {
            throw Failed(failure);
        }
        return flights[0].Result;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        foreach (LoadedDecoder decoder in _decoders)
        {
            decoder.TryFinish();
        }
        _group.Dispose();
        for (int rank = 0; rank < _decoders.Length; rank++)
        {
            foreach (StepFlight[] flights in _flights)
            {
                flights[rank].Dispose();
            }
            _decoders[rank].Dispose();
        }
    }

    private static StepFlight MakeFlight(LoadedDecoder decoder)
    {
        decoder.Enter();
        return new StepFlight(decoder);
    }

    private void Enqueue(StepPlan plan, StepFlight[] flights)
    {
        for (int rank = 0; rank < _decoders.Length; rank++)
        {
            _decoders[rank].Enter();
            _layouts[rank] = flights[rank].Begin(plan, out _);
        }
        int stages = _decoders[0].Pass.Stages;
        for (int stage = 0; stage < stages; stage++)
        {
            for (int rank = 0; rank < _decoders.Length; rank++)
            {
                _decoders[rank].Enter();
                _summands[rank] = _decoders[rank].Pass.EnqueueStage(stage, _layouts[rank]);
            }
            if (stage < stages - 1)
            {
                _group.Add(_summands, (long)_layouts[0].Size.Tokens * _decoders[0].Pass.Width, _type, _streams);
            }
        }
        for (int rank = 0; rank < _decoders.Length; rank++)
        {
            _decoders[rank].Enter();
            flights[rank].End();
        }
    }

    private ExecutorException Failed(CudaException failure)
    {
        // Nothing that is under way counts any more, and nothing may go on to read what the next step writes.
        _waited = _submitted;
        bool isLost = failure.IsDeviceLost;
        foreach (LoadedDecoder decoder in _decoders)
        {
            isLost |= !decoder.TryFinish();
            decoder.Writer.Forget();
        }
        return new ExecutorException($"{failure.Message} ({Device.Name})", failure) { IsDeviceLost = isLost };
    }
}
