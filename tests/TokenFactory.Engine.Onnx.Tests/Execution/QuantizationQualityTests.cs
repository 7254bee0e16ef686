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
    [InlineData(WeightPrecision.Int8, 0.01)]
    [InlineData(WeightPrecision.Int4, 0.05)]
    public void Perplexity_QuantizedWeights_StaysNearFp32(WeightPrecision precision, double bound)
    {
        double exact = Perplexity(WeightPrecision.Fp32);
        double quantized = Perplexity(precision);

        Assert.InRange(exact, 5, 60);
        Assert.True(quantized <= exact * (1 + bound), $"perplexity {quantized:F3} in {precision}, {exact:F3} in fp32: {quantized / exact - 1:P2} worse");
        Assert.NotEqual(exact, quantized);
    }

    public void Dispose() => _cache.Dispose();

    private double Perplexity(WeightPrecision precision)
    {
        ModelFolder folder = GoldenCases.Folder();
        int[] tokens = ModelTokenizer.Load(folder.Path).Encode(HeldStory.Read(), addSpecialTokens: false);
        using OnnxModelExecutor executor = OnnxModelExecutor.Load(
            folder, new OnnxExecutorOptions { Precision = precision, CacheFolder = _cache.Path, KvMemoryBytes = 64 << 20, Threads = 2 });
        return TeacherForcing.Perplexity(executor, tokens, Window);
    }
}
