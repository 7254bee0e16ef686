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

/// <summary>TinyStories-656K: a trained model small enough for the emulated device, with its stored greedy texts.</summary>
internal static class Stories
{
    private const string Folder = "models/TinyStories-656K";

    /// <summary>Options with which it loads and runs fast there.</summary>
    public static CudaExecutorOptions Options(EmulatedDevice device) => new()
    {
        Precision = CudaPrecision.Float16,
        MaxSequences = 4,
        MaxStepTokens = 64,
        MaxChunks = 4,
        MaxContext = 256,
        KvMemoryBytes = 4 << 20,
        CacheFolder = device.KernelFolder,
    };

    public static ModelFolder Open() => ModelFolder.Open(SharedData.Require(Folder));

    public static CudaModelExecutor Load(CudaExecutorOptions options) => CudaModelLoader.Load(Open(), options);

    /// <summary>The golden's prompts and texts, as token ids.</summary>
    public static async Task<(int[] Prompt, int[] Output)[]> GoldenAsync()
    {
        using JsonDocument golden = JsonDocument.Parse(await File.ReadAllBytesAsync(SharedData.Require($"{Folder}/golden-greedy.json"), TestContext.Current.CancellationToken));
        return [.. golden.RootElement.GetProperty("cases").EnumerateArray().Select(item => (Ids(item, "prompt_ids"), Ids(item, "output_ids")))];
    }

    /// <summary>Runs the golden's prompts at once through the real loop and scheduler, greedily; the loop disposes the executor.</summary>
    /// <param name="executor">The model.</param>
    /// <param name="golden">Prompts, and texts that say how many tokens are wanted.</param>
    /// <param name="most">Most tokens of a text.</param>
    /// <param name="atEnd">Looks at what is there before the executor goes.</param>
    public static async Task<int[][]> RunAsync(CudaModelExecutor executor, (int[] Prompt, int[] Output)[] golden, int most = int.MaxValue, Action? atEnd = null)
    {
        using EngineLoop loop = new(
            executor,
            new EngineOptions { ModelName = "stories", CacheIdentity = "stories", Tokenizer = new ByteTokenizer(), Policy = BatchPolicy.For(executor.Limits) with { PrefillChunk = 7 } });
        int[][] outputs = await Task.WhenAll(golden.Select((item, i) => RunAsync(loop, i, item.Prompt, Math.Min(most, item.Output.Length))));
        Assert.Null(loop.FindProblem());
        atEnd?.Invoke();
        return outputs;
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
