using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Onnx;
using TokenFactory.Engine.Sampling;
using TokenFactory.Tests.Shared.Engine;
using TokenFactory.Tests.Shared.Models;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>The two executors, each behind a loop of its own, give the same requests the same tokens.</summary>
public sealed class OnnxAgreementTests : IDisposable
{
    private const int NewTokens = 14;

    private readonly EmulatedDevice _device;
    private readonly TestFolder _cache = new();
    private readonly EngineLoop _onnx;

    public OnnxAgreementTests(EmulatedDevice device)
    {
        _device = device;
        device.Require();
        OnnxModelExecutor executor = OnnxModelExecutor.Load(
            GoldenCases.Folder(), new OnnxExecutorOptions { CacheFolder = _cache.Path, KvMemoryBytes = 16 << 20, MaxSequences = 4, Threads = 1, Precision = WeightPrecision.Fp32 });
        _onnx = new EngineLoop(executor, new EngineOptions { ModelName = "onnx", CacheIdentity = "onnx", Tokenizer = new ByteTokenizer(executor.Limits.VocabularySize) });
    }

    public static TheoryData<SamplingParameters> Samplings => new(
        SamplingParameters.Greedy,
        SamplingParameters.Greedy with { RepetitionPenalty = 1.3f, FrequencyPenalty = 0.4f },
        new SamplingParameters { Seed = 7, Temperature = 0.8f, TopK = 12, TopP = 0.9f });

    [Theory]
    [MemberData(nameof(Samplings))]
    public async Task Tokens_SameRequests_AreTheSame(SamplingParameters sampling)
    {
        using EmulatedEngine cuda = new(_device, GoldenCases.Folder());
        int[][] prompts = [.. GoldenCases.Load().Where(item => item.Output.Length > 50).Select(item => item.Output[20..31])];

        int[][] expected = await Task.WhenAll(prompts.Select((prompt, i) => RunOnnxAsync(prompt, sampling)));
        int[][] outputs = await Task.WhenAll(prompts.Select(async prompt => (await EmulatedEngine.ReadAsync(cuda.Submit(prompt, NewTokens, sampling))).Ids));

        Assert.Equal(expected, outputs);
    }

    public void Dispose()
    {
        _onnx.Dispose();
        _cache.Dispose();
    }

    private async Task<int[]> RunOnnxAsync(int[] prompt, SamplingParameters sampling)
    {
        GenerationRequest request = new() { Id = "1", Tenant = "t", Prompt = prompt, MaxNewTokens = NewTokens, Sampling = sampling, IgnoreEndTokens = true };
        Assert.Null(_onnx.TrySubmit(request, out Generation? generation));
        return (await EmulatedEngine.ReadAsync(generation!)).Ids;
    }
}
