using TokenFactory.Models.Configuration;
using TokenFactory.Models.Weights;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Models.Tests.Weights;

public sealed class StoredFp8Tests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(Fp8Scales.Matrix)]
    [InlineData(Fp8Scales.Row)]
    [InlineData(Fp8Scales.Block)]
    public void Read_StoredMatrix_IsWithinTheFormatsPrecision(Fp8Scales scales)
    {
        ModelFolder plain = TinyModel.Write(_folder, "Phi3ForCausalLM", "");
        float[][] wanted;
        using (TensorStore store = plain.OpenWeights())
        {
            wanted = Matrices(plain, store);
        }
        ModelFolder folder = Fp8Folder.Convert(plain, scales);
        using TensorStore stored = folder.OpenWeights();

        float[][] got = Matrices(folder, stored);

        Assert.NotNull(folder.Spec.StoredFp8);
        for (int matrix = 0; matrix < wanted.Length; matrix++)
        {
            // Half a step of four binary digits; numbers far below the largest of their block lose more.
            float largest = wanted[matrix].Max(Math.Abs);
            Assert.All(wanted[matrix].Zip(got[matrix]), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, (Math.Abs(pair.First) / 16) + (largest / 448 / 1024) + 1e-9f));
            Assert.NotEqual(wanted[matrix], got[matrix]);
        }
    }

    [Fact]
    public void Read_PartOfARow_HasTheScalesOfItsPlace()
    {
        ModelFolder folder = Fp8Folder.Convert(TinyModel.Write(_folder, "LlamaForCausalLM", ""), Fp8Scales.Block);
        using TensorStore store = folder.OpenWeights();
        TensorView matrix = WeightMap.Create(folder.Spec, store)[WeightRole.Down, 1];
        float[] whole = matrix.ToArray();

        TensorView rows = matrix.Slice(33, 20);
        float[] part = new float[150];
        rows.Read(70, part);

        Assert.Equal(whole.AsSpan((33 * 96) + 70, 150).ToArray(), part);
    }

    [Fact]
    public void Create_ScalesMissing_NamesThem()
    {
        ModelFolder folder = Fp8Folder.Convert(TinyModel.Write(_folder, "LlamaForCausalLM", ""), Fp8Scales.Row);
        string file = Path.Combine(folder.Path, "model.safetensors");
        // A name of equal length keeps the offsets.
        File.WriteAllBytes(file, Replace(File.ReadAllBytes(file), "layers.1.mlp.up_proj.weight_scale", "layers.1.mlp.up_proj.weight_zcale"));
        using TensorStore store = ModelFolder.Open(folder.Path).OpenWeights();

        ModelFormatException refusal = Assert.Throws<ModelFormatException>(() => WeightMap.Create(folder.Spec, store));

        Assert.Equal("model.layers.1.mlp.up_proj.weight_scale", refusal.Field);
    }

    [Fact]
    public void Create_ScalesOfOtherBlocks_AreRefused()
    {
        ModelFolder folder = Fp8Folder.Convert(TinyModel.Write(_folder, "LlamaForCausalLM", ""), Fp8Scales.Block);
        using TensorStore store = folder.OpenWeights();

        ModelFormatException refusal = Assert.Throws<ModelFormatException>(() => WeightMap.Create(folder.Spec with { StoredFp8 = new StoredFp8((16, 16)) }, store));

        Assert.EndsWith("_scale_inv", refusal.Field, StringComparison.Ordinal);
        Assert.Contains("4 x 4 scales", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static float[][] Matrices(ModelFolder folder, TensorStore store)
    {
        WeightMap map = WeightMap.Create(folder.Spec, store);
        return [.. new[] { WeightRole.Query, WeightRole.Key, WeightRole.Value, WeightRole.Up, WeightRole.Down }.Select(role => map[role, 1].ToArray())];
    }

    private static byte[] Replace(byte[] file, string from, string to)
    {
        int at = file.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(from));
        System.Text.Encoding.UTF8.GetBytes(to).CopyTo(file, at);
        return file;
    }
}
