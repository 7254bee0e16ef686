using System.Numerics.Tensors;
using TokenFactory.Engine.Loading;

namespace TokenFactory.Engine.Onnx.Quality;

/// <summary>Adds up how two models foresee the same tokens.</summary>
internal sealed class TokenComparison(int vocabulary)
{
    private readonly float[] _reference = new float[vocabulary];
    private readonly float[] _measured = new float[vocabulary];
    private readonly float[] _products = new float[vocabulary];
    private int _tokens;
    private int _agreeing;
    private double _referenceLoss;
    private double _loss;
    private double _divergence;

    /// <param name="reference">Logits of the float32 model, [vocabulary].</param>
    /// <param name="measured">Logits of the quantised model, [vocabulary].</param>
    /// <param name="next">The token that follows in the text.</param>
    public void Add(ReadOnlySpan<float> reference, ReadOnlySpan<float> measured, int next)
    {
        ToLogProbabilities(reference, _reference);
        ToLogProbabilities(measured, _measured);
        _tokens++;
        _agreeing += TensorPrimitives.IndexOfMax(reference) == TensorPrimitives.IndexOfMax(measured) ? 1 : 0;
        _referenceLoss -= _reference[next];
        _loss -= _measured[next];
        TensorPrimitives.Subtract<float>(_reference, _measured, _measured);
        TensorPrimitives.Exp<float>(_reference, _products);
        _divergence += TensorPrimitives.Dot<float>(_products, _measured);
    }

    public QuantizationQuality ToQuality(string precision) => new(
        precision, _tokens, Math.Exp(_referenceLoss / _tokens), Math.Exp(_loss / _tokens), (double)_agreeing / _tokens, Math.Max(0, _divergence / _tokens));

    private void ToLogProbabilities(ReadOnlySpan<float> logits, float[] result)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), result);
        TensorPrimitives.Exp<float>(result, _products);
        TensorPrimitives.Subtract(result, MathF.Log(TensorPrimitives.Sum<float>(_products)), result);
    }
}
