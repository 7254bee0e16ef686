using static TorchSharp.torch;

namespace TokenFactory.DemoModel.Training;

/// <summary>
/// AdamW ("Decoupled Weight Decay Regularization", Loshchilov and Hutter 2019). Matrices decay, norm scales do not. Its two
/// moments are plain named tensors, so that a checkpoint stores them beside the weights.
/// </summary>
internal sealed class AdamW
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;
    private const double Epsilon = 1e-8;
    private const double Decay = 0.1;

    private readonly List<(string Name, Tensor Weight, Tensor First, Tensor Second)> _slots = [];

    public AdamW(LlamaModule module)
    {
        foreach ((string name, TorchSharp.Modules.Parameter weight) in module.named_parameters())
            _slots.Add((name, weight, zeros_like(weight), zeros_like(weight)));
    }

    /// <summary>The moments by the names <c>first.*</c> and <c>second.*</c>; the tensors themselves, not copies.</summary>
    public IEnumerable<(string Name, Tensor Value)> State =>
        _slots.SelectMany(slot => new[] { ("first." + slot.Name, slot.First), ("second." + slot.Name, slot.Second) });

    /// <summary>Scales all gradients so that their joint norm is at most <paramref name="limit"/>; returns the norm before.</summary>
    public double ClipGradients(double limit) =>
        nn.utils.clip_grad_norm_(_slots.Select(slot => (TorchSharp.Modules.Parameter)slot.Weight), limit);

    /// <summary>Applies update number <paramref name="step"/>, counted from 1, and clears the gradients.</summary>
    public void Step(long step, double rate)
    {
        using IDisposable noGradient = no_grad();
        double correction1 = 1.0 - Math.Pow(Beta1, step);
        double correction2 = 1.0 - Math.Pow(Beta2, step);
        foreach ((_, Tensor weight, Tensor first, Tensor second) in _slots)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            Tensor gradient = weight.grad!;
            first.mul_(Beta1).add_(gradient, 1.0 - Beta1);
            second.mul_(Beta2).addcmul_(gradient, gradient, 1.0 - Beta2);
            Tensor scale = (second / correction2).sqrt_().add_(Epsilon);
            if (weight.dim() > 1)
                weight.mul_(1.0 - (rate * Decay));
            weight.addcdiv_(first, scale, -rate / correction1);
            gradient.zero_();
        }
    }
}
