using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>Root mean square layer normalisation (Zhang and Sennrich 2019) with a learned scale and no bias.</summary>
internal sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;

    public RmsNorm(int width) : base(nameof(RmsNorm))
    {
        _weight = nn.Parameter(ones(width));
        register_parameter("weight", _weight);
    }

    public override Tensor forward(Tensor input)
    {
        Tensor scale = rsqrt(input.square().mean([-1], keepdim: true) + ModelShape.NormEpsilon);
        return input * scale * _weight;
    }
}
