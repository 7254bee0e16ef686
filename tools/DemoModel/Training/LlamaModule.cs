using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>
/// A Llama decoder with a tied embedding. Its parameter names are Hugging Face's without the leading <c>model.</c>
/// </summary>
internal sealed class LlamaModule : nn.Module<Tensor, Tensor>
{
    private const double InitialDeviation = 0.02;

    private readonly RotaryTable _rotary;
    private readonly Parameter _embedding;
    private readonly ModuleList<DecoderLayer> _layers;
    private readonly RmsNorm _norm;

    public LlamaModule(ModelShape shape) : base(nameof(LlamaModule))
    {
        Shape = shape;
        _rotary = new RotaryTable(shape);
        _embedding = nn.Parameter(randn(shape.Vocabulary, shape.Hidden) * InitialDeviation);
        register_parameter("embed_tokens.weight", _embedding);
        _layers = new ModuleList<DecoderLayer>();
        for (int i = 0; i < shape.Layers; i++)
            _layers.Add(new DecoderLayer(shape, _rotary));
        register_module("layers", _layers);
        register_module("norm", _norm = new RmsNorm(shape.Hidden));
        Initialise();
    }

    public ModelShape Shape { get; }

    /// <summary>The final normalised states [batch, length, hidden] of token ids [batch, length].</summary>
    public override Tensor forward(Tensor input)
    {
        Tensor state = _embedding.index_select(0, input.reshape(-1)).view(input.shape[0], input.shape[1], Shape.Hidden);
        foreach (DecoderLayer layer in _layers)
            state = layer.forward(state);
        return _norm.forward(state);
    }

    /// <summary>Logits [..., vocabulary] of states [..., hidden], through the tied embedding.</summary>
    public Tensor Logits(Tensor states) => nn.functional.linear(states, _embedding);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _rotary.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Normal weights; the two projections that end in the residual stream shrink with depth, as in GPT-2.</summary>
    private void Initialise()
    {
        double residual = InitialDeviation / Math.Sqrt(2.0 * Shape.Layers);
        using IDisposable noGradient = no_grad();
        foreach ((string name, Parameter weight) in named_parameters())
        {
            if (!name.EndsWith("proj.weight", StringComparison.Ordinal))
                continue;
            bool ends = name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal);
            nn.init.normal_(weight, 0.0, ends ? residual : InitialDeviation);
        }
    }
}
