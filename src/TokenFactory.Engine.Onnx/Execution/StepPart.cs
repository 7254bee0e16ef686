using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TokenFactory.Engine.Onnx.Graph;
using TokenFactory.Engine.Onnx.Kv;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>
/// The inputs of one part of a step: the decode rows, or one prefill chunk. Its KV tensors are views of neighbouring slots, bound as
/// input and as output, so that the graph writes new keys and values where they belong.
/// </summary>
internal sealed unsafe class StepPart : IDisposable
{
    private readonly KvStore _store;
    private readonly int[] _lengths;
    private readonly int[] _total = GC.AllocateArray<int>(1, pinned: true);
    private readonly bool[] _present = GC.AllocateArray<bool>(1, pinned: true);
    private readonly BoundTensor _boundLengths;
    private readonly BoundTensor[] _planes;
    private readonly List<OrtValue> _fixed = [];

    public StepPart(OrtIoBinding binding, int part, int sequences, ModelSpec spec, KvStore store)
    {
        _store = store;
        _lengths = GC.AllocateArray<int>(sequences, pinned: true);
        _boundLengths = new BoundTensor(binding, DecoderInputs.Lengths(part), null, TensorElementType.Int32, sizeof(int));
        BindFixed(binding, DecoderInputs.Total(part), OrtValue.CreateTensorValueFromMemory(_total, [1]));
        BindFixed(binding, DecoderInputs.Present(part), OrtValue.CreateTensorValueFromMemory(_present, []));
        _planes = new BoundTensor[store.Geometry.Planes];
        long capacity = store.Geometry.Capacity;
        for (int layer = 0; layer < spec.Layers; layer++)
        {
            _planes[2 * layer] = new BoundTensor(
                binding, DecoderInputs.Keys(part, layer), DecoderInputs.NewKeys(part, layer), TensorElementType.Float, sizeof(float),
                spec.KeyValueHeads, capacity, spec.HeadSize);
            _planes[(2 * layer) + 1] = new BoundTensor(
                binding, DecoderInputs.Values(part, layer), DecoderInputs.NewValues(part, layer), TensorElementType.Float, sizeof(float),
                spec.KeyValueHeads, capacity, spec.HeadSize);
        }
    }

    /// <summary>The part has no tokens in this step.</summary>
    public void Skip()
    {
        _present[0] = false;
        BindSlots(0, 0);
    }

    /// <summary>Puts the part over slots [<paramref name="slot"/>, slot + last.Length).</summary>
    /// <param name="slot">First slot.</param>
    /// <param name="last">The position of each sequence's last token in this step.</param>
    public void Set(int slot, ReadOnlySpan<int> last)
    {
        _present[0] = true;
        last.CopyTo(_lengths);
        _total[0] = System.Numerics.Tensors.TensorPrimitives.Max(last) + 1;
        BindSlots(slot, last.Length);
    }

    public void Dispose()
    {
        _boundLengths.Dispose();
        foreach (BoundTensor plane in _planes)
        {
            plane.Dispose();
        }
        foreach (OrtValue value in _fixed)
        {
            value.Dispose();
        }
    }

    private void BindSlots(int slot, int count)
    {
        // The array is pinned for good, so that its address outlives this statement.
        fixed (int* lengths = &_lengths[0])
        {
            _boundLengths.Bind(lengths, count);
        }
        for (int plane = 0; plane < _planes.Length; plane++)
        {
            _planes[plane].Bind(_store.Slot(plane, slot), count);
        }
    }

    private void BindFixed(OrtIoBinding binding, string name, OrtValue value)
    {
        _fixed.Add(value);
        binding.BindInput(name, value);
    }
}
