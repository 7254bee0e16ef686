using System.Text;
using TokenFactory.Models.Configuration;
using Xunit;

namespace TokenFactory.Models.Tests.Configuration;

public sealed class ModelSpecReaderTests
{
    [Fact]
    public void Read_Llama32_MapsShapesAndLlama3Scaling()
    {
        ModelSpec spec = Read(PublishedConfigs.Llama32_1B);

        Assert.Equal(ModelArchitecture.Llama, spec.Architecture);
        Assert.Equal((16, 2048, 32, 8, 64, 8192), Shape(spec));
        Assert.Equal(128256, spec.VocabularySize);
        Assert.Equal(131072, spec.MaxPositions);
        Assert.Equal(1e-5f, spec.NormEpsilon);
        Assert.True(spec.TiedEmbeddings);
        Assert.False(spec.QueryKeyValueBias || spec.OutputBias || spec.FeedForwardBias || spec.QueryKeyNorm || spec.PostNorms);
        Assert.Equal(new RopeSpec(500_000, 64, new Llama3RopeScaling(32, 1, 4, 8192)), spec.Rope);
        Assert.Equal(128000, spec.BeginToken);
        Assert.Equal([128001, 128008, 128009], spec.EndTokens);
        Assert.Equal(0.125f, spec.AttentionScale);
        Assert.Equal(1_235_746_816L, spec.ParameterCount);
    }

    [Fact]
    public void Read_Mistral_WindowOnAllLayersOrNone()
    {
        Assert.All(Read(PublishedConfigs.Mistral7B01).LayerAttention, layer => Assert.Equal(4096, layer.SlidingWindow));

        ModelSpec nemo = Read(PublishedConfigs.MistralNemo);
        Assert.All(nemo.LayerAttention, layer => Assert.Null(layer.SlidingWindow));
        Assert.Equal((40, 5120, 32, 8, 128, 14336), Shape(nemo));
        Assert.Equal(4096, nemo.QuerySize);
    }

    [Fact]
    public void Read_Qwen25_BiasOnQueryKeyValueOnly()
    {
        ModelSpec spec = Read(PublishedConfigs.Qwen25_05B);

        Assert.Equal((24, 896, 14, 2, 64, 4864), Shape(spec));
        Assert.True(spec.QueryKeyValueBias);
        Assert.False(spec.OutputBias);
        Assert.All(spec.LayerAttention, layer => Assert.Equal(new LayerAttention(null, LayerRope.Global), layer));
    }

    [Fact]
    public void Read_Qwen2WithWindowOn_CoversUpperLayersOnly()
    {
        ModelSpec spec = Read(PublishedConfigs.Qwen25_05B.Replace("\"use_sliding_window\":false", "\"use_sliding_window\":true", StringComparison.Ordinal));

        Assert.Null(spec.LayerAttention[20].SlidingWindow);
        Assert.Equal(32768, spec.LayerAttention[21].SlidingWindow);
    }

    [Fact]
    public void Read_Qwen25WithYarn_ExtendsContext()
    {
        ModelSpec spec = Read(PublishedConfigs.Qwen25_05B.Replace(
            "\"rope_theta\"", """ "rope_scaling":{"factor":4.0,"original_max_position_embeddings":32768,"type":"yarn"},"rope_theta" """, StringComparison.Ordinal));

        YarnRopeScaling yarn = Assert.IsType<YarnRopeScaling>(spec.Rope.Scaling);
        Assert.Equal((4.0, 32.0, 1.0, 32768), (yarn.Factor, yarn.BetaFast, yarn.BetaSlow, yarn.OriginalMaxPositions));
        Assert.Equal(1.13862943611, yarn.AttentionFactor, 9);
        Assert.Equal(131072, spec.MaxPositions);
    }

    [Fact]
    public void Read_Qwen3_NormsOnQueryAndKeyAndOwnHeadSize()
    {
        ModelSpec spec = Read(PublishedConfigs.Qwen3_06B);

        Assert.Equal((28, 1024, 16, 8, 128, 3072), Shape(spec));
        Assert.True(spec.QueryKeyNorm);
        Assert.False(spec.QueryKeyValueBias);
        Assert.Equal(2048, spec.QuerySize);
        Assert.Equal(new RopeSpec(1_000_000, 128), spec.Rope);
    }

    [Fact]
    public void Read_SmolLm3_EveryFourthLayerDoesNotRotate()
    {
        ModelSpec spec = Read(PublishedConfigs.SmolLm3_3B);

        Assert.True(spec.TiedEmbeddings);
        for (int layer = 0; layer < 36; layer++)
        {
            Assert.Equal((layer + 1) % 4 == 0 ? LayerRope.None : LayerRope.Global, spec.LayerAttention[layer].Rope);
        }
    }

    [Fact]
    public void Read_Phi3_FusedProjectionsAndWindow()
    {
        ModelSpec spec = Read(PublishedConfigs.Phi3Mini4K);

        Assert.True(spec.FusedProjections);
        Assert.Equal((32, 3072, 32, 32, 96, 8192), Shape(spec));
        Assert.All(spec.LayerAttention, layer => Assert.Equal(2047, layer.SlidingWindow));
    }

    [Fact]
    public void Read_Phi3_128K_LongRopeChoosesSetByContext()
    {
        ModelSpec spec = Read(PublishedConfigs.Phi3Mini128K);

        LongRopeScaling scaling = Assert.IsType<LongRopeScaling>(spec.Rope.Scaling);
        Assert.Equal(4096, scaling.OriginalMaxPositions);
        Assert.Equal(1.1902380714238083, scaling.AttentionFactor, 12);
        Assert.Equal(1.0, spec.Rope.InverseFrequencies(4096)[0], 12);
        Assert.Equal(0.5, spec.Rope.InverseFrequencies(4097)[0], 12);
    }

    [Fact]
    public void Read_Gemma2_CapsPostNormsAlternatingWindow()
    {
        ModelSpec spec = Read(PublishedConfigs.Gemma2_2B);

        Assert.Equal((26, 2304, 8, 4, 256, 9216), Shape(spec));
        Assert.Equal((50f, 30f), (spec.AttentionSoftCap, spec.LogitSoftCap));
        Assert.True(spec.PostNorms);
        Assert.True(spec.TiedEmbeddings);
        Assert.Equal(1f, spec.NormWeightOffset);
        Assert.Equal(48f, spec.EmbeddingScale);
        Assert.Equal(0.0625f, spec.AttentionScale);
        Assert.Equal(Activation.GeluTanh, spec.Activation);
        Assert.Equal(4096, spec.LayerAttention[0].SlidingWindow);
        Assert.Null(spec.LayerAttention[1].SlidingWindow);
    }

    [Fact]
    public void Read_Gemma3Text_FiveLocalLayersThenOneGlobal()
    {
        ModelSpec spec = Read(PublishedConfigs.Gemma3_1B);

        Assert.True(spec.QueryKeyNorm);
        Assert.Null(spec.AttentionSoftCap);
        Assert.Null(spec.LogitSoftCap);
        Assert.Equal(new LayerAttention(512, LayerRope.Local), spec.LayerAttention[4]);
        Assert.Equal(new LayerAttention(null, LayerRope.Global), spec.LayerAttention[5]);
        Assert.Equal(new RopeSpec(1_000_000, 256), spec.Rope);
        Assert.Equal(new RopeSpec(10_000, 256), spec.LocalRope);
    }

    [Fact]
    public void Read_Gemma3Multimodal_TakesTextConfigWithFamilyDefaults()
    {
        ModelSpec spec = Read(PublishedConfigs.Gemma3_4B);

        Assert.Equal((34, 2560, 8, 4, 256, 10240), Shape(spec));
        Assert.Equal(262208, spec.VocabularySize);
        Assert.Equal(131072, spec.MaxPositions);
        Assert.Equal(new RopeSpec(1_000_000, 256, new LinearRopeScaling(8)), spec.Rope);
        Assert.Equal(new RopeSpec(10_000, 256), spec.LocalRope);
        Assert.Equal([1, 106], spec.EndTokens);
        Assert.Equal(Activation.GeluTanh, spec.Activation);
    }

    [Fact]
    public void Read_RopeParametersOfNewerFiles_AreUnderstood()
    {
        ModelSpec spec = Read(PublishedConfigs.Gemma3_1B.Replace("\"rope_scaling\":null,\"rope_theta\":1000000,", """
            "rope_parameters":{"full_attention":{"rope_type":"linear","factor":8.0,"rope_theta":2000000.0},
            "sliding_attention":{"rope_type":"default","rope_theta":20000.0}},
            """, StringComparison.Ordinal));

        Assert.Equal(new RopeSpec(2_000_000, 256, new LinearRopeScaling(8)), spec.Rope);
        Assert.Equal(new RopeSpec(20_000, 256), spec.LocalRope);
    }

    [Fact]
    public void Read_GenerationConfig_AddsEndTokensAndDefaults()
    {
        ConfigSection generation = Section("""
            {"bos_token_id":151643,"do_sample":true,"eos_token_id":[151645,151643],"temperature":0.6,"top_k":20,"top_p":0.95}
            """, "generation_config.json");

        ModelSpec spec = ModelSpecReader.Read(Section(PublishedConfigs.Qwen3_06B), generation);

        Assert.Equal([151643, 151645], spec.EndTokens);
        Assert.Equal(151643, spec.BeginToken);
        Assert.Equal(new GenerationDefaults(true, 0.6f, 20, 0.95f, null, null), spec.Generation);
    }

    private static (int Layers, int Hidden, int Heads, int KeyValueHeads, int HeadSize, int FeedForward) Shape(ModelSpec spec) =>
        (spec.Layers, spec.HiddenSize, spec.AttentionHeads, spec.KeyValueHeads, spec.HeadSize, spec.FeedForwardSize);

    private static ModelSpec Read(string json) => ModelSpecReader.Read(Section(json), null);

    private static ConfigSection Section(string json, string file = "config.json") => ConfigSection.Parse(file, Encoding.UTF8.GetBytes(json));
}
