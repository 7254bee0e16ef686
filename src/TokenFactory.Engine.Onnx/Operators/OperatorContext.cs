namespace TokenFactory.Engine.Onnx.Operators;

/// <summary>A node's inputs and outputs during one computation: float matrices, row by row.</summary>
internal readonly unsafe ref struct OperatorContext(void* context)
{
    /// <summary>An input of rows of <paramref name="width"/> floats.</summary>
    /// <param name="index">Which input.</param>
    /// <param name="width">Floats of a row.</param>
    /// <param name="rows">How many rows it has.</param>
    public float* Input(int index, int width, out int rows)
    {
        void* value = OrtInterface.Input(context, index);
        rows = (int)(OrtInterface.ByteCount(value) / ((long)width * sizeof(float)));
        return (float*)OrtInterface.Data(value);
    }

    /// <summary>The memory of an output, [<paramref name="rows"/>, <paramref name="width"/>].</summary>
    public float* Output(int index, int rows, int width) => (float*)OrtInterface.Data(OrtInterface.Output(context, index, [rows, width]));

    /// <summary>
    /// Runs tasks 0 to <paramref name="tasks"/> - 1 on the session's threads and waits for all. They must not throw: an exception that
    /// leaves managed code on a thread of the runtime's ends the process.
    /// </summary>
    public void ParallelFor(int tasks, delegate* unmanaged[Cdecl]<void*, nuint, void> run, void* state)
    {
        if (tasks == 1)
        {
            run(state, 0);
        }
        else if (tasks > 1)
        {
            OrtInterface.ParallelFor(context, run, tasks, state);
        }
    }
}
