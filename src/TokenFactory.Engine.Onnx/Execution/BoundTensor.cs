using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>
/// An input or an output, bound to native memory whose place and first extent may change from step to step.
/// Nothing happens, and nothing is allocated, while they stay the same.
/// </summary>
internal sealed unsafe class BoundTensor : IDisposable
{
    private readonly OrtIoBinding _binding;
    private readonly string _name;
    private readonly bool _isOutput;
    private readonly TensorElementType _type;
    private readonly long[] _shape;
    private readonly long _rowBytes;
    private OrtValue? _value;
    private nint _address;

    /// <param name="binding">The session's binding.</param>
    /// <param name="name">Of the input or output.</param>
    /// <param name="isOutput">Which of them it is.</param>
    /// <param name="type">Element type.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="inner">Extents behind the first.</param>
    public BoundTensor(OrtIoBinding binding, string name, bool isOutput, TensorElementType type, int elementSize, params ReadOnlySpan<long> inner)
    {
        _binding = binding;
        _name = name;
        _isOutput = isOutput;
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
        if (_isOutput)
        {
            _binding.BindOutput(_name, value);
        }
        else
        {
            _binding.BindInput(_name, value);
        }
        _value?.Dispose();
        _value = value;
    }

    public void Dispose() => _value?.Dispose();
}
