using TokenFactory.Models;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Onnx.Execution;

/// <summary>Refuses what ONNX Runtime's CPU kernels cannot compute, by the name it has in <c>config.json</c>.</summary>
internal static class SupportedSpec
{
    private const int RotaryMultiple = 16;
    private const int HeadMultiple = 8;

    public static void Check(ModelFolder folder)
    {
        ModelSpec spec = folder.Spec;
        string config = Path.Combine(folder.Path, "config.json");
        if (spec.HeadSize % HeadMultiple != 0)
        {
            throw new ModelFormatException(config, "head_dim", $"is {spec.HeadSize}; on the CPU it must be a multiple of {HeadMultiple}");
        }
        if (spec.Experts is { } experts)
        {
            throw new ModelFormatException(
                config, "architectures", $"is {spec.Architecture}, a mixture of {experts.Count} experts, which the CPU executor does not compute; load it to a GPU");
        }
        foreach (RopeSpec? rope in new[] { spec.Rope, spec.LocalRope })
        {
            if (rope is not null && rope.RotaryDimensions % RotaryMultiple != 0)
            {
                throw new ModelFormatException(
                    config, "partial_rotary_factor",
                    $"{rope.RotaryDimensions} of a head's {spec.HeadSize} dimensions rotate; on the CPU that must be a multiple of {RotaryMultiple}");
            }
        }
    }
}
