using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>Causal grouped-query attention with rotary positions, in Hugging Face's Llama weight layout.</summary>
internal sealed class Attention : nn.Module<Tensor, Tensor>
{
    private readonly ModelShape _shape;
    private readonly RotaryTable _rotary;
    private readonly Linear _query;
    private readonly Linear _key;
    private readonly Linear _value;
    private readonly Linear _output;

    public Attention(ModelShape shape, RotaryTable rotary) : base(nameof(Attention))
    {
        _shape = shape;
        _rotary = rotary;
        int keyWidth = shape.KeyValueHeads * shape.HeadSize;
        register_module("q_proj", _query = nn.Linear(shape.Hidden, shape.Hidden, hasBias: false));
        register_module("k_proj", _key = nn.Linear(shape.Hidden, keyWidth, hasBias: false));
        register_module("v_proj", _value = nn.Linear(shape.Hidden, keyWidth, hasBias: false));
        register_module("o_proj", _output = nn.Linear(shape.Hidden, shape.Hidden, hasBias: false));
    }

    /// <summary>Maps [batch, length, hidden] to the same shape; position 0 is the row's first token.</summary>
    public override Tensor forward(Tensor input)
    {
        Tensor query = _rotary.Apply(SplitHeads(_query.forward(input), _shape.Heads), 0);
        Tensor key = _rotary.Apply(SplitHeads(_key.forward(input), _shape.KeyValueHeads), 0);
        Tensor value = SplitHeads(_value.forward(input), _shape.KeyValueHeads);
        Tensor mixed = nn.functional.scaled_dot_product_attention(query, Share(key), Share(value), is_casual: true);
        return _output.forward(mixed.transpose(1, 2).reshape(input.shape));
    }

    private Tensor SplitHeads(Tensor x, int heads) =>
        x.view(x.shape[0], x.shape[1], heads, _shape.HeadSize).transpose(1, 2);

    /// <summary>Repeats each key or value head for the query heads that read it.</summary>
    private Tensor Share(Tensor x) => x.repeat_interleave(_shape.Heads / _shape.KeyValueHeads, 1);
}
