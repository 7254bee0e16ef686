using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Models.Tests.Weights;

/// <summary>The tensors of mixtures under the names of their families.</summary>
public sealed class ExpertWeightsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(ModelArchitecture.Qwen3Moe, "mlp.gate.weight", "mlp.experts.1.gate_proj.weight", "mlp.experts.1.up_proj.weight", "mlp.experts.1.down_proj.weight")]
    [InlineData(
        ModelArchitecture.Mixtral, "block_sparse_moe.gate.weight", "block_sparse_moe.experts.1.w1.weight", "block_sparse_moe.experts.1.w3.weight",
        "block_sparse_moe.experts.1.w2.weight")]
    public void Create_Mixture_FindsEveryExpert(ModelArchitecture architecture, string router, string gate, string up, string down)
    {
        ModelSpec spec = Spec(architecture);
        Write(spec, except: "");
        using TensorStore store = TensorStore.Open(_folder.Path);

        WeightMap map = WeightMap.Create(spec, store);

        Assert.Equal($"model.layers.1.{router}", map[WeightRole.Router, 1].Name);
        Assert.Equal([3L, 8L], map[WeightRole.Router, 1].Shape);
        Assert.Equal(($"model.layers.1.{gate}", $"model.layers.1.{up}"), (map[WeightRole.Gate, 1, 1].Name, map[WeightRole.Up, 1, 1].Name));
        Assert.Equal([6L, 8L], map[WeightRole.Gate, 1, 2].Shape);
        Assert.Equal($"model.layers.1.{down}", map[WeightRole.Down, 1, 1].Name);
        Assert.Equal([8L, 6L], map[WeightRole.Down, 1, 0].Shape);
        Assert.False(map.TryGet(WeightRole.Gate, 1, out _));
    }

    [Fact]
    public void Create_LayerThatStaysDense_HasItsOwnMatrices()
    {
        ModelSpec spec = Spec(ModelArchitecture.Qwen3Moe);
        spec = spec with { FeedForwardSize = 10, Experts = spec.Experts! with { DenseLayers = [0] } };
        Write(spec, except: "");
        using TensorStore store = TensorStore.Open(_folder.Path);

        WeightMap map = WeightMap.Create(spec, store);

        Assert.Equal([10L, 8L], map[WeightRole.Up, 0].Shape);
        Assert.False(map.TryGet(WeightRole.Router, 0, out _));
        Assert.Equal([6L, 8L], map[WeightRole.Up, 1, 2].Shape);
    }

    [Theory]
    [InlineData("model.layers.1.mlp.experts.2.up_proj.weight")]
    [InlineData("model.layers.0.mlp.gate.weight")]
    public void Create_TensorOfAnExpertIsMissing_NamesIt(string missing)
    {
        ModelSpec spec = Spec(ModelArchitecture.Qwen3Moe);
        Write(spec, missing);
        using TensorStore store = TensorStore.Open(_folder.Path);

        ModelFormatException refusal = Assert.Throws<ModelFormatException>(() => WeightMap.Create(spec, store));

        Assert.Equal(missing, refusal.Field);
    }

    [Fact]
    public void Create_FusedExperts_FindsThemWhole()
    {
        ModelSpec spec = Fused(ExpertStorage.Fused);
        Write(spec, except: "");
        using TensorStore store = TensorStore.Open(_folder.Path);

        WeightMap map = WeightMap.Create(spec, store);

        Assert.Equal("model.layers.1.mlp.experts.gate_up_proj", map[WeightRole.ExpertGateUp, 1].Name);
        Assert.Equal([3L, 32L, 128L], map[WeightRole.ExpertGateUp, 1].Shape);
        Assert.Equal([3L, 64L, 32L], map[WeightRole.ExpertDown, 0].Shape);
        Assert.Equal([3L, 128L], map[WeightRole.ExpertGateUpBias, 0].Shape);
        Assert.Equal([3L, 32L], map[WeightRole.ExpertDownBias, 0].Shape);
        Assert.Equal(("model.layers.0.mlp.router.weight", "model.layers.0.mlp.router.bias"), (map[WeightRole.Router, 0].Name, map[WeightRole.RouterBias, 0].Name));
        Assert.Equal("model.layers.0.self_attn.sinks", map[WeightRole.AttentionSinks, 0].Name);
    }

    [Fact]
    public void Create_PackedExperts_FindsBlocksAndScales()
    {
        ModelSpec spec = Fused(ExpertStorage.FusedMxfp4);
        Write(spec, except: "");
        using TensorStore store = TensorStore.Open(_folder.Path);

        WeightMap map = WeightMap.Create(spec, store);

        Assert.Equal([3L, 128L, 1L, 16L], map[WeightRole.ExpertGateUpBlocks, 1].Shape);
        Assert.Equal([3L, 128L, 1L], map[WeightRole.ExpertGateUpScales, 1].Shape);
        Assert.Equal([3L, 32L, 2L, 16L], map[WeightRole.ExpertDownBlocks, 1].Shape);
        Assert.Equal("model.layers.1.mlp.experts.down_proj_scales", map[WeightRole.ExpertDownScales, 1].Name);
        Assert.False(map.TryGet(WeightRole.ExpertDown, 1, out _));
    }

    [Fact]
    public void Create_PackedExpertsThatAreNumbers_NamesThem()
    {
        ModelSpec spec = Fused(ExpertStorage.FusedMxfp4);
        Write(spec, except: "", isPacked: false);
        using TensorStore store = TensorStore.Open(_folder.Path);

        ModelFormatException refusal = Assert.Throws<ModelFormatException>(() => WeightMap.Create(spec, store));

        Assert.Equal("model.layers.0.mlp.experts.gate_up_proj_blocks", refusal.Field);
        Assert.Contains("U8", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static ModelSpec Spec(ModelArchitecture architecture) => new()
    {
        Architecture = architecture,
        Layers = 2,
        HiddenSize = 8,
        AttentionHeads = 2,
        KeyValueHeads = 1,
        HeadSize = 4,
        FeedForwardSize = 0,
        VocabularySize = 10,
        MaxPositions = 16,
        NormEpsilon = 1e-6f,
        AttentionScale = 0.5f,
        Rope = new RopeSpec(10_000, 4),
        LayerAttention = [new LayerAttention(null, LayerRope.Global), new LayerAttention(null, LayerRope.Global)],
        Experts = new ExpertsSpec { Count = 3, PerToken = 2, Width = 6, NormalisesWeights = true },
    };

    private static ModelSpec Fused(ExpertStorage storage)
    {
        ModelSpec spec = Spec(ModelArchitecture.GptOss);
        return spec with { HiddenSize = 32, AttentionSinks = true, Experts = spec.Experts! with { Width = 64, RouterBias = true, Biases = true, Storage = storage } };
    }

    private void Write(ModelSpec spec, string except, bool isPacked = true) =>
        SafetensorsWriter.Write(_folder.File("model.safetensors"), [.. WeightInventory.Of(spec).Where(tensor => tensor.Name != except).Select(tensor => Zeros(tensor, isPacked))]);

    private static (string, string, long[], byte[]) Zeros(ExpectedTensor tensor, bool isPacked) => tensor.IsPacked && isPacked
        ? (tensor.Name, "U8", [.. tensor.Shape], new byte[tensor.ElementCount])
        : (tensor.Name, "F32", [.. tensor.Shape], new byte[tensor.ElementCount * sizeof(float)]);
}
