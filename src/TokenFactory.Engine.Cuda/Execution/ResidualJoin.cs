namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>How the result of a layer's part reaches the residual stream: added by the product that makes it, or left beside where a norm comes between.</summary>
/// <param name="buffers">Hold the stream, and what is left beside.</param>
/// <param name="shard">Of several devices the first adds, and the sum over all has it then.</param>
internal sealed class ResidualJoin(DecoderBuffers buffers, TensorShard shard)
{
    /// <summary>Enqueues a part's last product.</summary>
    /// <param name="projection">The product.</param>
    /// <param name="input">Address of its rows.</param>
    /// <param name="w">Address of its matrix.</param>
    /// <param name="bias">Address of its bias; 0 for none.</param>
    /// <param name="norm">Address of the norm's weights that come after it; 0 for none.</param>
    /// <param name="rows">A bucket.</param>
    /// <returns>Address of the result.</returns>
    public nint Enqueue(Projection projection, nint input, nint w, nint bias, nint norm, int rows)
    {
        if (norm == 0)
        {
            projection.Enqueue(buffers.X.Value, input, w, bias, rows, adds: shard.IsFirst);
            return buffers.X.Value;
        }
        projection.Enqueue(buffers.Added.Value, input, w, bias, rows, adds: false);
        return buffers.Added.Value;
    }
}
