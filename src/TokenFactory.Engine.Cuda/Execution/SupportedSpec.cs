using TokenFactory.Engine.Cuda.Modules;
using TokenFactory.Models;

namespace TokenFactory.Engine.Cuda.Execution;

/// <summary>Refuses what no kernel computes, by the name it has in <c>config.json</c>.</summary>
internal static class SupportedSpec
{
    public static void Check(ModelFolder folder, int blockSize)
    {
        try
        {
            _ = new KvShape(folder.Spec.HeadSize, blockSize, IsFp8: false).Constants();
        }
        catch (NotSupportedException problem)
        {
            throw new ModelFormatException(Path.Combine(folder.Path, "config.json"), "head_dim", $"is {folder.Spec.HeadSize}. {problem.Message}");
        }
    }
}
