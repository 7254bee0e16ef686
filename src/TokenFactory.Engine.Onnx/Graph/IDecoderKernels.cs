using TokenFactory.Engine.Onnx.Weights;

namespace TokenFactory.Engine.Onnx.Graph;

/// <summary>The kernels of our own that a decoder's nodes run, by their index in the session's operator set.</summary>
internal interface IDecoderKernels
{
    /// <summary>x · Wᵀ + bias with packed weights: [n, columns] to [n, rows].</summary>
    long Product(StoredProjection projection);

    /// <summary>
    /// Attention of a layer over the step's slices, norms of heads and rotation within it:
    /// [n, (heads + 2 · KV heads) · head size] to [n, heads · head size].
    /// </summary>
    long Attention(int layer);

    /// <summary>activation(gate) · up: [n, 2 · width], gate and up side by side, to [n, width].</summary>
    long GatedActivation();
}
