using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Models.Tests.Weights;

public sealed class WeightMapTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Create_RealModel_FindsEveryRole()
    {
        ModelFolder folder = ModelFolder.Open(SharedData.Require("models/TinyStories-656K"));
        using TensorStore store = folder.OpenWeights();

        WeightMap map = WeightMap.Create(folder.Spec, store);

        Assert.Equal([2048L, 128L], map[WeightRole.TokenEmbedding].Shape);
        Assert.Same(map[WeightRole.TokenEmbedding], map[WeightRole.OutputHead]);
        Assert.Equal([64L, 128L], map[WeightRole.Key, 1].Shape);
        Assert.Equal([128L, 384L], map[WeightRole.Down, 0].Shape);
        Assert.All(map[WeightRole.FinalNorm].ToArray(), value => Assert.True(float.IsFinite(value)));
        Assert.False(map.TryGet(WeightRole.QueryBias, 0, out _));
        Assert.Equal([2], folder.Spec.EndTokens);
        Assert.Equal(655_360L, folder.Spec.ParameterCount);
    }

    [Theory]
    [InlineData("model.", "lm_head.weight")]
    [InlineData("language_model.model.", "language_model.lm_head.weight")]
    [InlineData("model.language_model.", "lm_head.weight")]
    [InlineData("", "lm_head.weight")]
    public void Create_AnyPrefix_FindsTensors(string prefix, string head)
    {
        WriteModel(fused: false, prefix, head, embedding: true);
        using TensorStore store = TensorStore.Open(_folder.Path);

        WeightMap map = WeightMap.Create(Spec(), store);

        Assert.Equal(prefix + "embed_tokens.weight", map[WeightRole.TokenEmbedding].Name);
        Assert.Equal(head, map[WeightRole.OutputHead].Name);
    }

    [Fact]
    public void Create_TiedStoredAsHeadOnly_UsesHeadForBoth()
    {
        WriteModel(fused: false, "model.", "lm_head.weight", embedding: false);
        using TensorStore store = TensorStore.Open(_folder.Path);

        WeightMap map = WeightMap.Create(Spec() with { TiedEmbeddings = true }, store);

        Assert.Equal("lm_head.weight", map[WeightRole.TokenEmbedding].Name);
        Assert.Same(map[WeightRole.TokenEmbedding], map[WeightRole.OutputHead]);
    }

    [Fact]
    public void Create_UntiedWithoutHead_SaysSo()
    {
        WriteModel(fused: false, "model.", null, embedding: true);
        using TensorStore store = TensorStore.Open(_folder.Path);

        ModelFormatException e = Assert.Throws<ModelFormatException>(() => WeightMap.Create(Spec(), store));

        Assert.Equal("lm_head.weight", e.Field);
        Assert.Contains("tie_word_embeddings", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Fused_SplitsRowsInOrder()
    {
        WriteModel(fused: true, "model.", "lm_head.weight", embedding: true);
        using TensorStore store = TensorStore.Open(_folder.Path);

        WeightMap map = WeightMap.Create(Spec() with { FusedProjections = true }, store);

        // The writer numbers the elements of every tensor from 0: rows of 8 columns.
        Assert.Equal(0f, map[WeightRole.Query, 0].ToArray()[0]);
        Assert.Equal(8f * 8, map[WeightRole.Key, 0].ToArray()[0]);
        Assert.Equal(12f * 8, map[WeightRole.Value, 0].ToArray()[0]);
        Assert.Equal([4L, 8L], map[WeightRole.Value, 0].Shape);
        Assert.Equal(6f * 8, map[WeightRole.Up, 0].ToArray()[0]);
    }

    [Fact]
    public void Create_WrongShape_NamesBoth()
    {
        WriteModel(fused: false, "model.", "lm_head.weight", embedding: true);
        using TensorStore store = TensorStore.Open(_folder.Path);

        ModelFormatException e = Assert.Throws<ModelFormatException>(() => WeightMap.Create(Spec() with { FeedForwardSize = 7 }, store));

        Assert.Equal("model.layers.0.mlp.gate_proj.weight", e.Field);
        Assert.Contains("[6, 8]", e.Message, StringComparison.Ordinal);
        Assert.Contains("[7, 8]", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_MissingTensor_NamesIt()
    {
        WriteModel(fused: false, "model.", "lm_head.weight", embedding: true);
        using TensorStore store = TensorStore.Open(_folder.Path);

        ModelFormatException e = Assert.Throws<ModelFormatException>(() => WeightMap.Create(Spec() with { QueryKeyNorm = true }, store));

        Assert.Equal("model.layers.0.self_attn.q_norm.weight", e.Field);
        Assert.Equal(_folder.File("model.safetensors"), e.File);
    }

    public void Dispose() => _folder.Dispose();

    private static ModelSpec Spec() => new()
    {
        Architecture = ModelArchitecture.Llama,
        Layers = 1,
        HiddenSize = 8,
        AttentionHeads = 2,
        KeyValueHeads = 1,
        HeadSize = 4,
        FeedForwardSize = 6,
        VocabularySize = 10,
        MaxPositions = 16,
        NormEpsilon = 1e-6f,
        AttentionScale = 0.5f,
        Rope = new RopeSpec(10_000, 4),
        LayerAttention = [new LayerAttention(null, LayerRope.Global)],
    };

    private void WriteModel(bool fused, string prefix, string? head, bool embedding)
    {
        List<(string, string, long[], byte[])> tensors = [];
        void Add(string name, params long[] shape)
        {
            long count = shape.Aggregate(1L, (a, b) => a * b);
            tensors.Add((name, "F32", shape, SafetensorsWriter.Floats([.. Enumerable.Range(0, (int)count).Select(i => (float)i)])));
        }
        string layer = prefix + "layers.0.";
        if (embedding)
        {
            Add(prefix + "embed_tokens.weight", 10, 8);
        }
        if (head is not null)
        {
            Add(head, 10, 8);
        }
        Add(prefix + "norm.weight", 8);
        Add(layer + "input_layernorm.weight", 8);
        Add(layer + "post_attention_layernorm.weight", 8);
        foreach ((string name, long rows) in fused
            ? new[] { ("self_attn.qkv_proj", 16L), ("mlp.gate_up_proj", 12) }
            : [("self_attn.q_proj", 8L), ("self_attn.k_proj", 4), ("self_attn.v_proj", 4), ("mlp.gate_proj", 6), ("mlp.up_proj", 6)])
        {
            Add($"{layer}{name}.weight", rows, 8);
        }
        Add(layer + "self_attn.o_proj.weight", 8, 8);
        Add(layer + "mlp.down_proj.weight", 8, 6);
        SafetensorsWriter.Write(_folder.File("model.safetensors"), [.. tensors]);
    }
}
