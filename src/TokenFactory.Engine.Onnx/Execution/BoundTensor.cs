using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>
/// An input, an output, or both in one memory, bound to native memory whose place and first extent may change from step to step.
/// Nothing happens, and nothing is allocated, while they stay the same.
/// </summary>
internal sealed unsafe class BoundTensor : IDisposable
{
    private readonly OrtIoBinding _binding;
    private readonly string? _input;
    private readonly string? _output;
    private readonly TensorElementType _type;
    private readonly long[] _shape;
    private readonly long _rowBytes;
    private OrtValue? _value;
    private nint _address;

    /// <param name="binding">The session's binding.</param>
    /// <param name="input">Input to bind; null: none.</param>
    /// <param name="output">Output to bind to the same memory; null: none.</param>
    /// <param name="type">Element type.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="inner">Extents behind the first.</param>
    public BoundTensor(OrtIoBinding binding, string? input, string? output, TensorElementType type, int elementSize, params ReadOnlySpan<long> inner)
    {
        _binding = binding;
        _input = input;
        _output = output;
        _type = type;
        _shape = [-1, .. inner];
        _rowBytes = elementSize;
        foreach (long extent in inner)
        {
            _rowBytes *= extent;
        }
    }

    public void Bind(void* address, int count)
    {
        if (_address == (nint)address && _shape[0] == count)
        {
            return;
        }
        _address = (nint)address;
        _shape[0] = count;
        OrtValue value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, _type, _shape, _address, count * _rowBytes);
        if (_input is not null)
        {
            _binding.BindInput(_input, value);
        }
        if (_output is not null)
        {
            _binding.BindOutput(_output, value);
        }
        _value?.Dispose();
        _value = value;
    }

    public void Dispose() => _value?.Dispose();
}
