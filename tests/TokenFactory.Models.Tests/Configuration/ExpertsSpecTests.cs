using System.Text;
using TokenFactory.Models.Configuration;
using Xunit;

namespace TokenFactory.Models.Tests.Configuration;

/// <summary>Mixtures of experts: what published files say, and what is wrong in others.</summary>
public sealed class ExpertsSpecTests
{
    [Fact]
    public void Read_Qwen3Moe_MapsExpertsAndCountsThem()
    {
        ModelSpec spec = Read(PublishedConfigs.Qwen3_30B_A3B);

        Assert.Equal(ModelArchitecture.Qwen3Moe, spec.Architecture);
        Assert.Equal(new ExpertsSpec { Count = 128, PerToken = 8, Width = 768, NormalisesWeights = true, DenseLayers = spec.Experts!.DenseLayers }, spec.Experts);
        Assert.Empty(spec.Experts.DenseLayers);
        Assert.True(spec.QueryKeyNorm);
        Assert.Equal(0, spec.FeedForwardSize);
        // The publisher's 30,532,122,624 less the norms: (2 * 2048 + 2 * 128) in each of 48 layers, and 2048.
        Assert.Equal(30_532_122_624 - 210_944, spec.ParameterCount);
        Assert.Equal(3_352_821_760, spec.ActiveParameterCount);
    }

    [Fact]
    public void Read_Mixtral_MapsExpertsAndCountsThem()
    {
        ModelSpec spec = Read(PublishedConfigs.Mixtral8x7B);

        Assert.Equal(ModelArchitecture.Mixtral, spec.Architecture);
        Assert.Equal((8, 2, 14336, true), (spec.Experts!.Count, spec.Experts.PerToken, spec.Experts.Width, spec.Experts.NormalisesWeights));
        Assert.Equal(1e6, spec.Rope.Theta);
        Assert.All(spec.LayerAttention, layer => Assert.Null(layer.SlidingWindow));
        // The publisher's 46,702,792,704 less the norms: 2 * 4096 in each of 32 layers, and 4096.
        Assert.Equal(46_702_792_704 - 266_240, spec.ParameterCount);
    }

    [Fact]
    public void Read_GptOss_MapsExpertsSinksAndWindows()
    {
        ModelSpec spec = Read(PublishedConfigs.GptOss20B);

        ExpertsSpec experts = spec.Experts!;
        Assert.Equal((32, 4, 2880, true, 7f), (experts.Count, experts.PerToken, experts.Width, experts.NormalisesWeights, experts.GateLimit));
        Assert.True(experts.RouterBias && experts.Biases && spec.AttentionSinks && spec.QueryKeyValueBias && spec.OutputBias);
        Assert.Equal(ExpertStorage.FusedMxfp4, experts.Storage);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => i % 2 == 0 ? 128 : (int?)null), spec.LayerAttention.Select(layer => layer.SlidingWindow));
        Assert.Equal(new RopeSpec(150_000, 64, new YarnRopeScaling(32, 32, 1, 4096, (0.1 * Math.Log(32)) + 1, Truncate: false)), spec.Rope);
        Assert.Equal(131_072, spec.MaxPositions);
        // The publisher says 20.9 billion, and 3.6 billion active, which leave the embedding out.
        Assert.InRange(spec.ParameterCount, 20.85e9, 20.95e9);
        Assert.InRange(spec.ActiveParameterCount - (201_088L * 2880), 3.55e9, 3.65e9);
    }

    [Fact]
    public void Read_GptOssThatIsNotQuantised_HasNumbers()
    {
        string text = PublishedConfigs.GptOss20B;
        int start = text.IndexOf("\"quantization_config\"", StringComparison.Ordinal), end = text.IndexOf("\"rms_norm_eps\"", StringComparison.Ordinal);

        Assert.Equal(ExpertStorage.Fused, Read(text.Remove(start, end - start)).Experts!.Storage);
    }

    [Theory]
    [InlineData("\"quant_method\":\"mxfp4\"", "\"quant_method\":\"gptq\"", "quantization_config.quant_method", "gptq")]
    [InlineData("\"hidden_size\":2880", "\"hidden_size\":2888", "hidden_size", "multiple")]
    [InlineData("\"intermediate_size\":2880", "\"intermediate_size\":2896", "intermediate_size", "multiple")]
    [InlineData("\"swiglu_limit\":7.0", "\"swiglu_limit\":0", "swiglu_limit", "above 0")]
    [InlineData("\"num_experts_per_tok\":4", "\"num_experts_per_tok\":64", "num_experts_per_tok", "num_local_experts is 32")]
    public void Read_WrongFieldOfGptOss_NamesIt(string find, string replace, string field, string says)
    {
        ModelFormatException refusal = Assert.Throws<ModelFormatException>(() => Read(PublishedConfigs.GptOss20B.Replace(find, replace, StringComparison.Ordinal)));

        Assert.Equal(field, refusal.Field);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Qwen3MoeLeavesWeightsOpen_TheyDoNotSumToOne() =>
        Assert.False(Read(Without(PublishedConfigs.Qwen3_30B_A3B, "\"norm_topk_prob\":true,")).Experts!.NormalisesWeights);

    [Theory]
    [InlineData("1", "[]", 0, 0)]
    [InlineData("1", "[0,47]", 2, 6144)]
    [InlineData("24", "[23]", 47, 6144)]
    [InlineData("100", "[]", 48, 6144)]
    public void Read_LayersLeftOut_StayDense(string step, string only, int dense, int denseWidth)
    {
        ModelSpec spec = Read(PublishedConfigs.Qwen3_30B_A3B
            .Replace("\"decoder_sparse_step\":1", $"\"decoder_sparse_step\":{step}", StringComparison.Ordinal)
            .Replace("\"mlp_only_layers\":[]", $"\"mlp_only_layers\":{only}", StringComparison.Ordinal));

        Assert.Equal(48 - dense, Enumerable.Range(0, spec.Layers).Count(spec.HasExperts));
        Assert.Equal((false, dense < 48), (dense > 0 && spec.HasExperts(0), spec.HasExperts(dense == 2 ? 46 : 47)));
        Assert.Equal(denseWidth, spec.FeedForwardSize);
        long experts = 128 * ((3L * 2048 * 768) + 2048), instead = 3L * 2048 * 6144;
        Assert.Equal(30_532_122_624 - 210_944 - (dense * (experts - instead)), spec.ParameterCount);
    }

    [Theory]
    [InlineData("\"num_experts\":128", "\"num_experts\":0", "num_experts", "1 to 1024")]
    [InlineData("\"num_experts\":128", "\"num_experts\":4", "num_experts_per_tok", "num_experts is 4")]
    [InlineData("\"num_experts_per_tok\":8", "\"num_experts_per_tok\":129", "num_experts_per_tok", "num_experts is 128")]
    [InlineData("\"moe_intermediate_size\":768", "\"moe_intermediate_size\":0", "moe_intermediate_size", "1 to")]
    [InlineData("\"mlp_only_layers\":[]", "\"mlp_only_layers\":[48]", "mlp_only_layers", "layer 48")]
    [InlineData("\"decoder_sparse_step\":1", "\"decoder_sparse_step\":0", "decoder_sparse_step", "1 to")]
    [InlineData("\"norm_topk_prob\":true", "\"norm_topk_prob\":1", "norm_topk_prob", "true or false")]
    [InlineData("Qwen3MoeForCausalLM", "Qwen3ForCausalLM", "num_experts", "128 experts")]
    public void Read_WrongField_NamesIt(string find, string replace, string field, string says)
    {
        ModelFormatException refusal = Assert.Throws<ModelFormatException>(() => Read(PublishedConfigs.Qwen3_30B_A3B.Replace(find, replace, StringComparison.Ordinal)));

        Assert.Equal(field, refusal.Field);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    private static string Without(string text, string part) => text.Replace(part, "", StringComparison.Ordinal);

    private static ModelSpec Read(string json) => ModelSpecReader.Read(ConfigSection.Parse("config.json", Encoding.UTF8.GetBytes(json)), null);
}
