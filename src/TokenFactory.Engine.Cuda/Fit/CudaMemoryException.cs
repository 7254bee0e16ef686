namespace TokenFactory.Engine.Cuda.Fit;

/// <summary>A model does not fit a device as it is asked to be loaded. The message says what is wanted, what is free, and what would make it fit.</summary>
public sealed class CudaMemoryException : Exception
{
    public CudaMemoryException(string message)
        : base(message)
    {
    }

    public CudaMemoryException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
