using TorchSharp;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>
/// Rotary position embedding (RoFormer, Su et al. 2021) in the half-split layout of Hugging Face's Llama: dimension i pairs
/// with dimension i + head size / 2.
/// </summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly Tensor _cosine;
    private readonly Tensor _sine;
    private readonly int _half;

    public RotaryTable(ModelShape shape)
    {
        _half = shape.HeadSize / 2;
        using DisposeScope scope = NewDisposeScope();
        Tensor exponent = arange(0, shape.HeadSize, 2, dtype: ScalarType.Float32) / shape.HeadSize;
        Tensor frequency = pow(tensor((float)ModelShape.RopeTheta), -exponent);
        Tensor angle = outer(arange(shape.Positions, dtype: ScalarType.Float32), frequency);
        Tensor both = cat([angle, angle], 1);
        _cosine = both.cos().DetachFromDisposeScope();
        _sine = both.sin().DetachFromDisposeScope();
    }

    /// <summary>Rotates <paramref name="x"/> [batch, heads, length, head size] to positions from <paramref name="start"/> on.</summary>
    public Tensor Apply(Tensor x, long start)
    {
        long length = x.shape[2];
        Tensor cosine = _cosine.narrow(0, start, length);
        Tensor sine = _sine.narrow(0, start, length);
        Tensor turned = cat([-x.narrow(-1, _half, _half), x.narrow(-1, 0, _half)], -1);
        return (x * cosine) + (turned * sine);
    }

    public void Dispose()
    {
        _cosine.Dispose();
        _sine.Dispose();
    }
}
