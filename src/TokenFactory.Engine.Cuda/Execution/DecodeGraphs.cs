using TokenFactory.Engine.Cuda.Interop.Driver;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>
/// Decode steps, recorded at load for every bucket of rows. Recording runs nothing and takes milliseconds a bucket, and there are some two
/// dozen; at a first use they would come one by one while requests wait.
/// </summary>
internal sealed class DecodeGraphs : IDisposable
{
    private readonly Dictionary<int, CudaGraph> _graphs = [];

    /// <summary>Recorded steps.</summary>
    public int Count => _graphs.Count;

    /// <summary>Records steps of up to so many rows.</summary>
    public void Record(DecoderPass pass, int mostRows, CudaStream stream)
    {
        foreach (int bucket in RowBuckets.UpTo(mostRows))
        {
            _graphs.Add(bucket, CudaGraph.Record(stream, () => pass.Enqueue(new StepLayout(StepSize.Decode(bucket)))));
        }
    }

    /// <summary>Enqueues the recorded step of a bucket.</summary>
    public void Launch(int bucket, CudaStream stream) => _graphs[bucket].Launch(stream);

    public void Dispose()
    {
        foreach (CudaGraph graph in _graphs.Values)
        {
            graph.Dispose();
        }
    }
}
