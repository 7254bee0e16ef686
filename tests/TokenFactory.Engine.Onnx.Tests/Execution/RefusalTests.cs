using TokenFactory.Models;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Execution;

/// <summary>Models that only GPUs compute.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("Qwen3MoeForCausalLM", """ "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32 """)]
    [InlineData("MixtralForCausalLM", """ "num_local_experts": 4 """)]
    [InlineData("GptOssForCausalLM", """ "num_local_experts": 4 """)]
    public void CheckSupported_Mixture_SaysWhatToDo(string architecture, string fields)
    {
        using TestFolder files = new();
        ModelFolder folder = TinyModel.Write(files, architecture, fields);

        ModelFormatException refusal = Assert.Throws<ModelFormatException>(() => OnnxModelExecutor.CheckSupported(folder));

        Assert.Equal("architectures", refusal.Field);
        Assert.Contains("4 experts", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("load it to a GPU", refusal.Message, StringComparison.Ordinal);
    }
}
