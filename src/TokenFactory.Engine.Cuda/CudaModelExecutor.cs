using TokenFactory.Engine.Cuda.Execution;
using TokenFactory.Engine.Cuda.Interop;
using TokenFactory.Engine.Cuda.Interop.CublasLt;
using TokenFactory.Engine.Cuda.Interop.Nccl;
using TokenFactory.Engine.Execution;

namespace TokenFactory.Engine.Cuda;

/// <summary>
/// Computes a model's steps on a GPU, or on several that share it: each has an even part of every layer then, and twice a layer all of them add
/// up what they have. Two steps may be under way: the tokens that the first one samples stay on the device, where the second reads them. Every
/// device samples by itself, from equal logits and seeds, so that the next step finds the token where it is computed; the first one's are read.
/// Made by <see cref="CudaModelLoader"/>.
/// </summary>
public sealed class CudaModelExecutor : IModelExecutor
{
    private readonly LoadedDecoder[] _parts;
    private readonly StepFlight[][] _flights;
    private readonly NcclGroup? _group;
    private readonly MatrixType _type;
    private readonly nint[] _streams;
    private readonly nint[] _summands;
    private readonly StepLayout[] _layouts;
    private int _submitted;
    private int _waited;
    private bool _disposed;

    /// <param name="parts">The model, or what each device has of it; disposed with this.</param>
    /// <param name="group">Adds up over several devices; disposed with this. Null for one.</param>
    /// <param name="type">Of what is added up.</param>
    internal CudaModelExecutor(IReadOnlyList<LoadedDecoder> parts, NcclGroup? group, MatrixType type)
    {
        _parts = [.. parts];
        (_group, _type) = (group, type);
        DeviceInfo first = _parts[0].Info;
        Device = _parts.Length == 1 ? first : first with { Name = $"{_parts.Length} x {first.Name}", MemoryBytes = _parts.Sum(part => part.Info.MemoryBytes) };
        ExecutorLimits limits = _parts[0].Limits;
        int blocks = _parts.Min(part => part.Limits.BlockCount);
        Limits = limits with { BlockCount = blocks, MaxContext = Math.Min(limits.MaxContext, blocks * limits.BlockSize) };
        _flights = [.. Enumerable.Range(0, Limits.StepsInFlight).Select(_ => _parts.Select(MakeFlight).ToArray())];
        _streams = [.. _parts.Select(part => part.Stream.Value)];
        _summands = new nint[_parts.Length];
        _layouts = new StepLayout[_parts.Length];
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
            for (int rank = _parts.Length - 1; rank >= 0; rank--)
            {
                _parts[rank].Enter();
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
        foreach (LoadedDecoder part in _parts)
        {
            part.TryFinish();
        }
        _group?.Dispose();
        for (int rank = 0; rank < _parts.Length; rank++)
        {
            _parts[rank].TryFinish();
            foreach (StepFlight[] flights in _flights)
            {
                flights[rank].Dispose();
            }
            _parts[rank].Dispose();
        }
    }

    private static StepFlight MakeFlight(LoadedDecoder part)
    {
        part.Enter();
        return new StepFlight(part);
    }

    private void Enqueue(StepPlan plan, StepFlight[] flights)
    {
        bool isRecorded = false;
        for (int rank = 0; rank < _parts.Length; rank++)
        {
            _parts[rank].Enter();
            _layouts[rank] = flights[rank].Begin(plan, out isRecorded);
        }
        if (isRecorded)
        {
            // Steps in which devices wait for one another are not recorded, so there is one.
            _parts[0].Graphs.Launch(_layouts[0].Size.Tokens, _parts[0].Stream);
        }
        else
        {
            EnqueueStages();
        }
        for (int rank = 0; rank < _parts.Length; rank++)
        {
            _parts[rank].Enter();
            flights[rank].End();
        }
    }

    private void EnqueueStages()
    {
        int stages = _parts[0].Pass.Stages;
        for (int stage = 0; stage < stages; stage++)
        {
            for (int rank = 0; rank < _parts.Length; rank++)
            {
                _parts[rank].Enter();
                _summands[rank] = _parts[rank].Pass.EnqueueStage(stage, _layouts[rank]);
            }
            if (stage < stages - 1)
            {
                _group?.Add(_summands, (long)_layouts[0].Size.Tokens * _parts[0].Pass.Width, _type, _streams);
            }
        }
    }

    private ExecutorException Failed(CudaException failure)
    {
        // Nothing that is under way counts any more, and nothing may go on to read what the next step writes.
        _waited = _submitted;
        bool isLost = failure.IsDeviceLost;
        foreach (LoadedDecoder part in _parts)
        {
            isLost |= !part.TryFinish();
            part.Writer.Forget();
        }
        return new ExecutorException($"{failure.Message} ({Device.Name})", failure) { IsDeviceLost = isLost };
    }
}
