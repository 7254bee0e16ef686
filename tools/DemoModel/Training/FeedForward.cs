using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>The SwiGLU layer ("GLU Variants Improve Transformer", Shazeer 2020): down(silu(gate(x)) * up(x)).</summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>
{
    private readonly Linear _gate;
    private readonly Linear _up;
    private readonly Linear _down;

    public FeedForward(ModelShape shape) : base(nameof(FeedForward))
    {
        register_module("gate_proj", _gate = nn.Linear(shape.Hidden, shape.Intermediate, hasBias: false));
        register_module("up_proj", _up = nn.Linear(shape.Hidden, shape.Intermediate, hasBias: false));
        register_module("down_proj", _down = nn.Linear(shape.Intermediate, shape.Hidden, hasBias: false));
    }

    public override Tensor forward(Tensor input) =>
        _down.forward(nn.functional.silu(_gate.forward(input)) * _up.forward(input));
}
