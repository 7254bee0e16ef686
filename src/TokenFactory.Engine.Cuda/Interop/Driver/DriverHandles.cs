using Microsoft.Win32.SafeHandles;
using static TokenFactory.Engine.Cuda.Interop.Driver.DriverStatus;
using static TokenFactory.Engine.Cuda.Interop.Driver.NativeDriver;

namespace TokenFactory.Engine.Cuda.Interop.Driver;

/// <summary>Something of the driver's that is given back once. Errors in giving back are nobody's to handle: the device may be gone.</summary>
internal abstract class DriverHandle(nint value) : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>The driver's own number for it.</summary>
    public nint Value { get; } = value;

    protected abstract int Release(nint value);

    protected override bool ReleaseHandle() => Release(Value) == Success;

    private protected void Hold()
    {
        SetHandle(Value);
        HandleScope.Add(this);
    }
}

/// <summary>An order of work on a device.</summary>
internal sealed class CudaStream : DriverHandle
{
    private const uint NonBlocking = 1;

    public CudaStream()
        : base(Create()) => Hold();

    /// <summary>Blocks until all work so far is done.</summary>
    public void Synchronize() => Require(cuStreamSynchronize(Value));

    protected override int Release(nint value) => cuStreamDestroy_v2(value);

    private static nint Create()
    {
        Require(cuStreamCreate(out nint stream, NonBlocking));
        return stream;
    }
}

/// <summary>A place in a stream that can be waited for and timed.</summary>
internal sealed class CudaEvent : DriverHandle
{
    // Waiting threads sleep rather than spin: other replicas need the processor.
    private const uint BlockingSync = 1;

    public CudaEvent()
        : base(Create()) => Hold();

    public void Record(CudaStream stream) => Require(cuEventRecord(Value, stream.Value));

    /// <summary>Blocks until the stream has come here.</summary>
    public void Wait() => Require(cuEventSynchronize(Value));

    /// <summary>Time between two recorded events.</summary>
    public TimeSpan Since(CudaEvent earlier)
    {
        Require(cuEventElapsedTime(out float milliseconds, earlier.Value, Value));
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    protected override int Release(nint value) => cuEventDestroy_v2(value);

    private static nint Create()
    {
        Require(cuEventCreate(out nint created, BlockingSync));
        return created;
    }
}

/// <summary>Loaded kernels.</summary>
internal sealed unsafe class CudaModule : DriverHandle
{
    public CudaModule(ReadOnlySpan<byte> image)
        : base(Load(image)) => Hold();

    /// <summary>A kernel by its name.</summary>
    /// <exception cref="CudaException">There is none.</exception>
    public nint Function(string name)
    {
        Require(cuModuleGetFunction(out nint function, Value, name));
        return function;
    }

    protected override int Release(nint value) => cuModuleUnload(value);

    private static nint Load(ReadOnlySpan<byte> image)
    {
        fixed (byte* bytes = image)
        {
            Require(cuModuleLoadData(out nint module, bytes));
            return module;
        }
    }
}

/// <summary>Recorded work of a stream, launched as a whole.</summary>
internal sealed class CudaGraph : DriverHandle
{
    private CudaGraph(nint executable)
        : base(executable) => Hold();

    /// <summary>Records what <paramref name="work"/> enqueues; nothing of it runs yet. Where it fails the stream no longer records.</summary>
    public static CudaGraph Record(CudaStream stream, Action work)
    {
        // Other threads load models meanwhile, which a stricter mode would take for a part of the recording.
        const int ThreadLocal = 1;
        Require(cuStreamBeginCapture_v2(stream.Value, ThreadLocal));
        nint graph = 0;
        try
        {
            work();
            Require(cuStreamEndCapture(stream.Value, out graph));
            Require(cuGraphInstantiateWithFlags(out nint executable, graph, 0));
            return new CudaGraph(executable);
        }
        catch
        {
            _ = graph == 0 ? cuStreamEndCapture(stream.Value, out graph) : Success;
            throw;
        }
        finally
        {
            _ = graph == 0 ? Success : cuGraphDestroy(graph);
        }
    }

    public void Launch(CudaStream stream) => Require(cuGraphLaunch(Value, stream.Value));

    protected override int Release(nint value) => cuGraphExecDestroy(value);
}
