using TokenFactory.Engine.Onnx.Kernels.Products;
using TokenFactory.Models;
using TokenFactory.Models.Tokenization;
using TokenFactory.Tests.Shared.Models;
using TokenFactory.Tests.Shared.Onnx;
using Xunit;

namespace TokenFactory.Engine.Onnx.Tests.Execution;

/// <summary>What fewer bits a weight cost a trained model, on a text that it has not seen.</summary>
public sealed class QuantizationQualityTests : IDisposable
{
    private const int Window = 128;

    private readonly TestFolder _cache = new();

    [Theory]
    [InlineData(WeightPrecision.Int8, true, 0.01)]
    [InlineData(WeightPrecision.Int8, false, 0.01)]
    [InlineData(WeightPrecision.Int4, true, 0.05)]
    [InlineData(WeightPrecision.Int4, false, 0.05)]
    public void Perplexity_QuantizedWeights_StaysNearFp32(WeightPrecision precision, bool packs, double bound)
    {
        Assert.SkipUnless(Product.IsSupported || !packs, "this machine has no kernels for packed weights");
        OnnxExecutorOptions options = Options with { Precision = precision, PacksWeights = packs };
        double exact = Perplexity(Options);
        double quantized = Perplexity(options);

        Assert.InRange(exact, 5, 60);
        Assert.True(quantized <= exact * (1 + bound), $"perplexity {quantized:F3} in {precision}, {exact:F3} in fp32: {quantized / exact - 1:P2} worse");
        Assert.NotEqual(exact, quantized);
    }

    [Theory]
    [InlineData(OnnxKvPrecision.Fp16, 0.001)]
    [InlineData(OnnxKvPrecision.Int8, 0.01)]
    public void Perplexity_KeysAndValuesOfFewerBits_StaysNearFp32(OnnxKvPrecision kept, double bound)
    {
        double exact = Perplexity(Options);
        double shortened = Perplexity(Options with { KvPrecision = kept });

        Assert.True(Math.Abs((shortened / exact) - 1) <= bound, $"perplexity {shortened:F4} with keys and values in {kept}, {exact:F4} in fp32");
        Assert.NotEqual(exact, shortened);
    }

    public void Dispose() => _cache.Dispose();

    private OnnxExecutorOptions Options => new() { Precision = WeightPrecision.Fp32, CacheFolder = _cache.Path, KvMemoryBytes = 64 << 20, Threads = 2 };

    private static double Perplexity(OnnxExecutorOptions options)
    {
        ModelFolder folder = GoldenCases.Folder();
        int[] tokens = ModelTokenizer.Load(folder.Path).Encode(HeldStory.Read(), addSpecialTokens: false);
        using OnnxModelExecutor executor = OnnxModelExecutor.Load(folder, options);
        return TeacherForcing.Perplexity(executor, tokens, Window);
    }
}
