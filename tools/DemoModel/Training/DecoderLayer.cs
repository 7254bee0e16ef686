using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>One pre-norm decoder block: attention, then the feed-forward layer, each added to the residual stream.</summary>
internal sealed class DecoderLayer : nn.Module<Tensor, Tensor>
{
    private readonly RmsNorm _inputNorm;
    private readonly Attention _attention;
    private readonly RmsNorm _postNorm;
    private readonly FeedForward _feedForward;

    public DecoderLayer(ModelShape shape, RotaryTable rotary) : base(nameof(DecoderLayer))
    {
        register_module("input_layernorm", _inputNorm = new RmsNorm(shape.Hidden));
        register_module("self_attn", _attention = new Attention(shape, rotary));
        register_module("post_attention_layernorm", _postNorm = new RmsNorm(shape.Hidden));
        register_module("mlp", _feedForward = new FeedForward(shape));
    }

    public override Tensor forward(Tensor input)
    {
        Tensor attended = input + _attention.forward(_inputNorm.forward(input));
        return attended + _feedForward.forward(_postNorm.forward(attended));
    }
}
