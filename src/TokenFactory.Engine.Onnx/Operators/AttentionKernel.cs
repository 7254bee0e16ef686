using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TokenFactory.Engine.Onnx.Attention;
using TokenFactory.Engine.Onnx.Execution;

namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>Attention of one layer over the slices of the step.</summary>
/// <param name="layer">What does not change from step to step.</param>
/// <param name="slices">The step's slices.</param>
/// <param name="scratch">Holds what each thread works in.</param>
/// <param name="threads">Threads of the session.</param>
internal sealed unsafe class AttentionKernel(AttentionArguments layer, StepSlices slices, OperatorScratch scratch, int threads) : IOperatorKernel
{
    // Below this many rows the keys and values are written sooner than another thread is woken.
    private const int LeastSharedRows = 8;

    private readonly long _scratchBytes = PagedAttention.ScratchBytes(layer.Layout, layer.Heads);

    public void Compute(OperatorContext context)
    {
        AttentionArguments arguments = layer;
        arguments.Packed = context.Input(0, (int)layer.PackedStride, out int rows);
        arguments.Output = context.Output(0, rows, (int)layer.OutputStride);
        arguments.Slices = slices.Slices;
        arguments.SliceCount = slices.Count;
        arguments.Tokens = slices.Tokens;
        int attends = PagedAttention.AttendTasks(arguments);
        Work work = new()
        {
            Arguments = arguments,
            Prepares = PagedAttention.PrepareTasks(arguments),
            Attends = attends,
            Scratch = scratch.Take(_scratchBytes * threads),
            ScratchBytes = _scratchBytes,
        };
        context.ParallelFor(rows < LeastSharedRows ? 1 : Math.Min(threads, work.Prepares), &Prepare, &work);
        context.ParallelFor(Math.Min(threads, attends), &Attend, &work);
    }

    // Every call takes tasks until none is left: there are as many calls as threads, so each has its own scratch.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Prepare(void* state, nuint call)
    {
        Work* work = (Work*)state;
        for (int task = Interlocked.Increment(ref work->Prepared); task <= work->Prepares; task = Interlocked.Increment(ref work->Prepared))
        {
            PagedAttention.RunPrepare(work->Arguments, task - 1);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Attend(void* state, nuint call)
    {
        Work* work = (Work*)state;
        byte* scratch = work->Scratch + ((long)call * work->ScratchBytes);
        for (int task = Interlocked.Increment(ref work->Attended); task <= work->Attends; task = Interlocked.Increment(ref work->Attended))
        {
            PagedAttention.RunAttend(work->Arguments, task - 1, scratch);
        }
    }

    private struct Work
    {
        public AttentionArguments Arguments;
        public int Prepares;
        public int Prepared;
        public int Attends;
        public int Attended;
        public byte* Scratch;
        public long ScratchBytes;
    }
}
