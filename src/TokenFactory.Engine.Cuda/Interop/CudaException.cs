namespace TokenFactory.Engine.Cuda.Interop;

/// <summary>A CUDA library refused a call. The message has the call, the library's own name of the error and what it says of it.</summary>
public sealed class CudaException(string call, int code, string name, string text)
    : Exception($"{call} failed: {name} ({code}){(text.Length > 0 ? $", {text}" : "")}.")
{
    /// <summary>The library's number of the error.</summary>
    public int Code { get; } = code;

    /// <summary>The library's name of the error, for instance <c>CUDA_ERROR_OUT_OF_MEMORY</c>.</summary>
    public string Name { get; } = name;
}
