using TokenFactory.Engine.Cuda.Launchers;
using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Models;
using TokenFactory.Models.Configuration;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>Refuses what no kernel computes, by the name it has in <c>config.json</c>.</summary>
internal static class SupportedSpec
{
    // Kernels of experts read this many numbers at a time.
    private const int ExpertStep = 8;

    public static void Check(ModelFolder folder, int blockSize)
    {
        CheckExperts(folder);
        try
        {
            _ = new KvShape(folder.Spec.HeadSize, blockSize, IsFp8: false).Constants();
        }
        catch (NotSupportedException problem)
        {
            throw Wrong(folder, "head_dim", $"is {folder.Spec.HeadSize}. {problem.Message}");
        }
    }

    /// <summary>Refuses a mixture of a shape that no kernel does.</summary>
    public static void CheckExperts(ModelFolder folder)
    {
        ModelSpec spec = folder.Spec;
        if (spec.Experts is not { } experts)
        {
            return;
        }
        if (spec.HiddenSize % ExpertStep != 0)
        {
            throw Wrong(folder, "hidden_size", $"is {spec.HiddenSize}; with experts it must be a multiple of {ExpertStep}");
        }
        if (experts.Width % ExpertStep != 0)
        {
            string field = spec.Architecture == ModelArchitecture.Qwen3Moe ? "moe_intermediate_size" : "intermediate_size";
            throw Wrong(folder, field, $"is {experts.Width}; experts must have a multiple of {ExpertStep}");
        }
        if (experts.PerToken > RouterKernel.MostChosen)
        {
            throw Wrong(folder, "num_experts_per_tok", $"is {experts.PerToken}; the kernels take at most {RouterKernel.MostChosen}");
        }
    }

    private static ModelFormatException Wrong(ModelFolder folder, string field, string problem) => new(Path.Combine(folder.Path, "config.json"), field, problem);
}
