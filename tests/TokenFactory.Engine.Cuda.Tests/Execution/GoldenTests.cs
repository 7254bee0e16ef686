using System.Text.Json;
using TokenFactory.Engine.Cuda.Tests.Emulation;
using TokenFactory.Engine.Loop;
using TokenFactory.Engine.Sampling;
using TokenFactory.Engine.Scheduling;
using TokenFactory.Models;
using TokenFactory.Tests.Shared;
using TokenFactory.Tests.Shared.Engine;
using Xunit;

namespace TokenFactory.Engine.Cuda.Tests.Execution;

/// <summary>A trained model, greedy, through the real loop and scheduler on the emulated device: its tokens are the stored ones.</summary>
public sealed class GoldenTests(EmulatedDevice device)
{
    [Theory]
    [InlineData(CudaPrecision.Float16, true, 1)]
    [InlineData(CudaPrecision.Float16, false, 2)]
    public async Task Stories_SeveralAtOnce_EqualTheGolden(CudaPrecision precision, bool graphs, int seed)
    {
        Emulator emulator = device.Require();
        emulator.Seed((ulong)seed);
        ModelFolder folder = ModelFolder.Open(SharedData.Require("models/TinyStories-656K"));
        CudaModelExecutor executor = CudaModelLoader.Load(folder, new CudaExecutorOptions
        {
            Precision = precision,
            Graphs = graphs,
            MaxSequences = 4,
            MaxStepTokens = 64,
            MaxChunks = 4,
            MaxContext = 256,
            KvMemoryBytes = 4 << 20,
            CacheFolder = device.KernelFolder,
        });
        using EngineLoop loop = new(
            executor,
            new EngineOptions { ModelName = "stories", CacheIdentity = "stories", Tokenizer = new ByteTokenizer(), Policy = BatchPolicy.For(executor.Limits) with { PrefillChunk = 7 } });
        using JsonDocument golden = JsonDocument.Parse(await File.ReadAllBytesAsync(SharedData.Require("models/TinyStories-656K/golden-greedy.json"), TestContext.Current.CancellationToken));
        JsonElement[] cases = [.. golden.RootElement.GetProperty("cases").EnumerateArray()];

        int[][] outputs = await Task.WhenAll(cases.Select((item, i) => RunAsync(loop, i, Ids(item, "prompt_ids"), Ids(item, "output_ids").Length)));

        Assert.Equal(cases.Select(item => Ids(item, "output_ids")), outputs);
        Assert.Equal(graphs, executor.GraphCount > 0);
        Assert.Null(loop.FindProblem());
    }

    private static async Task<int[]> RunAsync(EngineLoop loop, int index, int[] prompt, int most)
    {
        GenerationRequest request = new() { Id = $"{index}", Tenant = "t", Prompt = prompt, MaxNewTokens = most, Sampling = SamplingParameters.Greedy, IgnoreEndTokens = true };
        Assert.Null(loop.TrySubmit(request, out Generation? generation));
        List<int> tokens = [];
        GenerationDelta delta = new();
        while (await generation!.WaitAsync())
        {
            generation.Read(ref delta);
            tokens.AddRange(delta.Tokens.Select(token => token.Token));
        }
        Assert.Null(generation.Outcome!.Error);
        return [.. tokens];
    }

    private static int[] Ids(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
