using TokenFactory.Engine.Onnx.Weights;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Graph;

/// <summary>
/// The whole decoder as one ONNX graph over flat tokens: decode rows and prefill chunks go through every node together. Embedding rows
/// come in, logits of the wanted rows and hidden states of those that are pooled go out. Norms and sums are ONNX Runtime's; attention,
/// the activation and products with packed weights are operators of our own.
/// </summary>
internal sealed class DecoderGraph
{
    private readonly ModelSpec _spec;
    private readonly WeightLayout _layout;
    private readonly GraphWriter _graph;
    private readonly IDecoderKernels _kernels;

    private DecoderGraph(ModelSpec spec, WeightLayout layout, IDecoderKernels kernels, string weightsFile)
    {
        _spec = spec;
        _layout = layout;
        _kernels = kernels;
        _graph = new GraphWriter(weightsFile);
    }

    /// <summary>Builds the ModelProto.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="layout">Where the weights lie.</param>
    /// <param name="kernels">Gives the kernels of our own operators.</param>
    /// <param name="weightsFile">The weights file's name, within the folder that the session is told.</param>
    public static byte[] Build(ModelSpec spec, WeightLayout layout, IDecoderKernels kernels, string weightsFile)
    {
        DecoderGraph graph = new(spec, layout, kernels, weightsFile);
        graph.DeclareInputs();
        graph.AddDecoder();
        return graph._graph.ToModel();
    }

    private void DeclareInputs()
    {
        _graph.Input(DecoderInputs.Hidden, OnnxElement.Float, -1, _spec.HiddenSize);
        _graph.Input(DecoderInputs.Wanted, OnnxElement.Int64, -1);
        _graph.Input(DecoderInputs.PooledRows, OnnxElement.Int64, -1);
        _graph.Output(DecoderInputs.Logits, OnnxElement.Float, -1, _spec.VocabularySize);
        _graph.Output(DecoderInputs.Pooled, OnnxElement.Float, -1, _spec.HiddenSize);
    }

    private void AddDecoder()
    {
        string residual = DecoderInputs.Hidden;
        string normed = Norm(residual, WeightLayout.Of(0, "attention_norm"));
        for (int layer = 0; layer < _spec.Layers; layer++)
        {
            string packed = Linear(normed, WeightLayout.Of(layer, "qkv"));
            string attended = Linear(_graph.Own("Attention", packed, _kernels.Attention(layer)), WeightLayout.Of(layer, "output"));
            attended = PostNorm(attended, layer, "post_attention_norm");
            (normed, residual) = AddAndNorm(residual, attended, WeightLayout.Of(layer, "feed_forward_norm"));

            string forwarded = PostNorm(FeedForward(layer, normed), layer, "post_feed_forward_norm");
            string next = layer + 1 < _spec.Layers ? WeightLayout.Of(layer + 1, "attention_norm") : WeightLayout.FinalNorm;
            (normed, residual) = AddAndNorm(residual, forwarded, next);
        }
        _graph.NamedNode("", "Gather", [normed, DecoderInputs.PooledRows], [DecoderInputs.Pooled], OnnxAttribute.Of("axis", 0));
        string wanted = _graph.Node("Gather", [normed, DecoderInputs.Wanted], OnnxAttribute.Of("axis", 0));
        string logits = Linear(wanted, WeightLayout.Head);
        if (_spec.LogitSoftCap is { } cap)
        {
            string bounded = _graph.Node("Tanh", [_graph.Node("Div", [logits, _graph.Constant(cap)])]);
            logits = _graph.Node("Mul", [bounded, _graph.Constant(cap)]);
        }
        _graph.NamedNode("", "Identity", [logits], [DecoderInputs.Logits]);
    }

    private string FeedForward(int layer, string normed)
    {
        string gateUp = Linear(normed, WeightLayout.Of(layer, "gate_up"));
        return Linear(_graph.Own("GatedActivation", gateUp, _kernels.GatedActivation()), WeightLayout.Of(layer, "down"));
    }

    private string PostNorm(string input, int layer, string weight) => _spec.PostNorms ? Norm(input, WeightLayout.Of(layer, weight)) : input;

    private string Norm(string input, string weight) => _graph.Node(
        "SimplifiedLayerNormalization", [input, Vector(weight)],
        OnnxAttribute.Of("axis", -1), OnnxAttribute.Of("epsilon", _spec.NormEpsilon), OnnxAttribute.Of("stash_type", 1));

    // One node for the residual sum and the norm of it; the sum is its fourth output.
    private (string Normed, string Sum) AddAndNorm(string residual, string added, string weight)
    {
        string normed = weight + ".normed";
        string sum = weight + ".sum";
        _graph.NamedNode(
            GraphWriter.Microsoft, "SkipSimplifiedLayerNormalization", [residual, added, Vector(weight)], [normed, "", "", sum],
            OnnxAttribute.Of("epsilon", _spec.NormEpsilon));
        return (normed, sum);
    }

    private string Linear(string input, string name)
    {
        StoredProjection projection = _layout.Projection(name);
        if (projection.IsPacked)
        {
            return _graph.Own("Product", input, _kernels.Product(projection));
        }
        string? bias = _layout.VectorOrNull(name + ".bias") is null ? null : Vector(name + ".bias");
        if (projection.Bits == 32)
        {
            return _graph.Node("Gemm", bias is null ? [input, External(projection.Weights)] : [input, External(projection.Weights), bias], OnnxAttribute.Of("transB", 1));
        }
        string zeros = projection.ZeroPoints is { } tensor ? External(tensor) : "";
        string[] inputs = [input, External(projection.Weights), External(projection.Scales!), .. zeros.Length > 0 ? [zeros] : Array.Empty<string>()];
        string product = _graph.Contrib(
            "MatMulNBits", inputs, OnnxAttribute.Of("K", projection.Columns), OnnxAttribute.Of("N", projection.Rows),
            OnnxAttribute.Of("bits", projection.Bits), OnnxAttribute.Of("block_size", WeightLayout.BlockSize), OnnxAttribute.Of("accuracy_level", 4));
        return bias is null ? product : _graph.Node("Add", [product, bias]);
    }

    private string Vector(string name) => External(_layout.VectorOrNull(name)!.Tensor);

    private string External(StoredTensor tensor) =>
        _graph.External(tensor.Name, tensor.Type, tensor.Shape.AsSpan(), tensor.Offset, tensor.Length);
}
